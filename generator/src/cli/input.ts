import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { type Form, formOf, isJson, LOOKED_AT } from '../capture/form.js';
import { LineCutter } from '../stream/line-cutter.js';
import { UsageError } from './failure.js';

/** The whole of a file, or of standard input for `-`. */
export async function readBytes(path: string): Promise<Buffer> {
  if (path === '-') {
    const chunks: Buffer[] = [];
    for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks);
  }
  await checkFile(path);
  return readFileSync(path);
}

/** The first bytes of a file or of standard input; `partial` where there are more. */
export async function readHead(path: string, size: number): Promise<{ bytes: Buffer; partial: boolean }> {
  const kept: Buffer[] = [];
  let length = 0;
  for await (const chunk of readChunks(path, 1 << 16)) {
    // The next piece overwrites this one.
    kept.push(Buffer.from(chunk));
    length += chunk.length;
    if (length > size) break;
  }
  return { bytes: Buffer.concat(kept).subarray(0, size), partial: length > size };
}

/** A file or standard input piece by piece. A piece is valid until the next one is asked for. */
export async function* readChunks(path: string, size: number): AsyncGenerator<Buffer> {
  if (path === '-') {
    for await (const chunk of process.stdin) yield chunk as Buffer;
    return;
  }
  await checkFile(path);
  const file = await open(path).catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(`cannot read "${path}": ${error.code ?? error.message}`);
  });
  try {
    // One buffer for all pieces: a stream would allocate a gigabyte of them for a gigabyte of capture.
    const buffer = Buffer.allocUnsafe(size);
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, size, null);
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}

const LINE_CHUNK = 1 << 18;

/** Lines of a file or of standard input, a batch at a time, in constant memory. `advance` hears of the bytes read. */
export async function* readLines(path: string, advance?: (bytes: number) => void): AsyncGenerator<readonly string[]> {
  yield* linesOf(readChunks(path, LINE_CHUNK), advance);
}

export async function* linesOf(
  chunks: AsyncIterable<Buffer>,
  advance?: (bytes: number) => void,
): AsyncGenerator<readonly string[]> {
  const cutter = new LineCutter();
  for await (const chunk of chunks) {
    const lines = cutter.push(chunk);
    if (lines.length > 0) yield lines;
    advance?.(chunk.length);
  }
  const rest = cutter.end();
  if (rest.length > 0) yield rest;
}

/** An input whose first bytes have been looked at. */
export interface Sniffed {
  readonly kind: Form | 'json';
  /** All of it, the first bytes included. */
  readonly chunks: AsyncIterable<Buffer>;
}

export async function sniff(path: string, size: number): Promise<Sniffed> {
  const source = readChunks(path, size);
  let head = Buffer.alloc(0);
  while (head.length < LOOKED_AT && ['empty', 'text'].includes(formOf(head))) {
    const next = await source.next();
    if (next.done === true) break;
    head = Buffer.concat([head, next.value]);
  }
  const form = formOf(head);
  return { kind: form === 'text' && isJson(head.toString('utf8')) ? 'json' : form, chunks: joined(head, source) };
}

/** The first bytes again, and what follows them. */
export async function* joined(head: Buffer, rest: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  yield head;
  yield* rest;
}

/** Bytes of all inputs together, or null where one of them does not tell. */
export function sizeOf(paths: readonly string[]): number | null {
  let sum = 0;
  for (const path of paths) {
    const stat = path === '-' ? undefined : statSync(path, { throwIfNoEntry: false });
    if (stat?.isFile() !== true) return null;
    sum += stat.size;
  }
  return sum;
}

export async function checkFile(path: string): Promise<void> {
  if (!existsSync(path)) throw new UsageError(`there is no file "${path}"`, await nearFile(path));
  if (statSync(path).isDirectory()) throw new UsageError(`"${path}" is a folder; name a file in it`);
}

async function nearFile(path: string): Promise<string | undefined> {
  try {
    const { didYouMean } = await import('../diagnostics/did-you-mean.js');
    return didYouMean(basename(path), readdirSync(dirname(path)));
  } catch {
    return undefined;
  }
}
