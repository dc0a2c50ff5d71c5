import { once } from 'node:events';
import { open, realpath, rename, rm, stat } from 'node:fs/promises';
import type { IrStore } from '../../store.js';
import { EXIT, UsageError } from '../failure.js';
import { readChunks, sizeOf } from '../input.js';
import { checkRead } from '../messages.js';
import { note, progressOf } from '../terminal.js';

export interface ToPcapngOptions {
  readonly dialect?: string;
  readonly out?: string;
  readonly exitZero?: boolean;
}

/** Bytes that are read at a time. */
const PIECE = 1 << 18;

/** Where the bytes of the new file go. */
interface Target {
  write(bytes: Uint8Array): Promise<void>;
  /** All of it is there. */
  keep(): Promise<void>;
  /** It will not be finished. */
  drop(): Promise<void>;
}

const STDOUT: Target = {
  async write(bytes) {
    if (bytes.length > 0 && !process.stdout.write(bytes)) await once(process.stdout, 'drain');
  },
  async keep() {},
  async drop() {},
};

/**
 * The file is there when it is whole, and what had its name until then, which may be the capture itself, stays as long. A link
 * stays one; a pipe or a device is written to as it is.
 */
async function fileTarget(out: string): Promise<Target> {
  const there = await stat(out).catch(() => null);
  const inPlace = there !== null && !there.isFile();
  const path = there === null || inPlace ? out : await realpath(out);
  const unfinished = inPlace ? path : `${path}.${process.pid}.part`;
  const cannot = (error: NodeJS.ErrnoException): never => {
    throw new UsageError(`cannot write "${out}": ${error.code ?? error.message}`);
  };
  const file = await open(unfinished, 'w').catch(cannot);
  return {
    write: (bytes) => file.writeFile(bytes).catch(cannot),
    async keep() {
      await file.close();
      if (!inPlace) await rename(unfinished, path).catch(cannot);
    },
    async drop() {
      await file.close().catch(() => {});
      if (!inPlace) await rm(unfinished, { force: true });
    },
  };
}

/** Writes a capture of any form and size as a pcapng file, in constant memory. */
export async function toPcapng(store: IrStore, files: readonly string[], options: ToPcapngOptions): Promise<void> {
  const [file = '-', ...others] = files;
  if (others.length > 0) throw new UsageError('one capture becomes one file', 'name a single capture');
  if (options.out === undefined && process.stdout.isTTY)
    throw new UsageError('a pcapng file is nothing for a terminal', 'give --out FILE, or redirect');
  const [{ CaptureReader }, { PcapngMaker }] = await Promise.all([
    import('../../capture/reader.js'),
    import('../../capture/to-pcapng.js'),
  ]);
  const reader = new CaptureReader(store.dialect(options.dialect ?? '')?.index);
  const maker = new PcapngMaker(store, options.dialect);
  const target = options.out === undefined ? STDOUT : await fileTarget(options.out);
  const progress = progressOf(sizeOf([file]), true);
  try {
    for await (const chunk of readChunks(file, PIECE)) {
      const lines = reader.push(chunk);
      checkRead(file, reader.form, options);
      await target.write(maker.write(lines));
      progress.advance(chunk.length, maker.packets);
    }
    const rest = reader.end();
    checkRead(file, reader.form, options);
    if (reader.form === 'empty') throw new UsageError(`"${file}" is empty: there is nothing to write`);
    await target.write(maker.write(rest));
    await target.write(maker.end());
    await target.keep();
  } catch (error) {
    await target.drop().catch(() => {});
    throw error;
  } finally {
    progress.done(maker.packets, false);
  }
  if (maker.left === 0) return;
  note(`vwire: ${maker.packets} packets; ${maker.left} lines or frames could not be read and are left out`);
  if (options.exitZero !== true) process.exitCode = EXIT.FINDINGS;
}
