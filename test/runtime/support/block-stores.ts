import { MemoryStore } from '../../../runtime/dist/devices/block/memory-store.js';
import type { BlockStore } from '../../../runtime/dist/devices/block/store.js';
import { sector } from './block-bytes.js';

/** A disk of sectors filled with their own numbers, counted from 1. */
export const numbered = (sectors: number): MemoryStore =>
  new MemoryStore(sector(...Array.from({ length: sectors }, (_, i) => i + 1)));

/** A store whose every step waits until the test lets it go, and which tells what it was asked. */
export class SlowStore implements BlockStore {
  readonly log: string[] = [];
  readonly waiting: { readonly what: string; go(error?: Error): void }[] = [];

  constructor(readonly inner: BlockStore) {}

  get sectors(): number {
    return this.inner.sectors;
  }

  read(at: number, target: Uint8Array): Promise<void> {
    return this.#wait(`read ${at}+${target.length / 512}`, () => this.inner.read(at, target));
  }

  write(at: number, source: Uint8Array): Promise<void> {
    return this.#wait(`write ${at}+${source.length / 512}`, () => this.inner.write(at, source));
  }

  flush(): Promise<void> {
    return this.#wait('flush', () => {});
  }

  discard(at: number, sectors: number): Promise<void> {
    return this.#wait(`discard ${at}+${sectors}`, () => this.inner.discard?.(at, sectors));
  }

  #wait(what: string, run: () => void | Promise<void>): Promise<void> {
    this.log.push(what);
    return new Promise((resolve, reject) => {
      this.waiting.push({
        what,
        go: (error) => {
          if (error !== undefined) reject(error);
          else {
            run();
            resolve();
          }
        },
      });
    });
  }
}
