import type { FileHandle } from 'node:fs/promises';
import { SECTOR } from './layout.js';
import type { BlockStore } from './store.js';

/** A disk in a file, or on another disk, that somebody opened for it. It opens nothing and closes nothing by itself. */
export class FileStore implements BlockStore {
  readonly #file: FileHandle;
  #sectors: number;

  constructor(file: FileHandle, sectors: number) {
    this.#file = file;
    this.#sectors = sectors;
  }

  /** All whole sectors of a file. */
  static async of(file: FileHandle): Promise<FileStore> {
    const { size } = await file.stat();
    return new FileStore(file, Math.floor(size / SECTOR));
  }

  get sectors(): number {
    return this.#sectors;
  }

  async read(sector: number, target: Uint8Array): Promise<void> {
    for (let done = 0; done < target.length; ) {
      const { bytesRead } = await this.#file.read(target, done, target.length - done, sector * SECTOR + done);
      if (bytesRead === 0) throw new RangeError(`the file ends inside sector ${sector} or the ones behind it`);
      done += bytesRead;
    }
  }

  async write(sector: number, source: Uint8Array): Promise<void> {
    for (let done = 0; done < source.length; ) {
      const { bytesWritten } = await this.#file.write(source, done, source.length - done, sector * SECTOR + done);
      done += bytesWritten;
    }
  }

  flush(): Promise<void> {
    return this.#file.datasync();
  }

  /** Makes the file larger, by zeros, or smaller. `BlockDevice.resize` tells the driver. */
  async resize(sectors: number): Promise<void> {
    await this.#file.truncate(sectors * SECTOR);
    this.#sectors = sectors;
  }
}
