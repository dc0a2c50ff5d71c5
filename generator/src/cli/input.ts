import { createReadStream, existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { didYouMean } from '../diagnostics/did-you-mean.js';
import { UsageError } from './failure.js';

/** The whole of a file, or of standard input for `-`. */
export async function readBytes(path: string): Promise<Buffer> {
  if (path === '-') {
    const chunks: Buffer[] = [];
    for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks);
  }
  checkFile(path);
  return readFileSync(path);
}

/** Lines of a file or of standard input, a batch at a time, in constant memory. A last line break ends the last line. */
export async function* readLines(path: string): AsyncGenerator<string[]> {
  if (path !== '-') checkFile(path);
  const stream = path === '-' ? process.stdin : createReadStream(path, { highWaterMark: 1 << 18 });
  stream.setEncoding('utf8');
  let rest = '';
  for await (const chunk of stream) {
    const lines = (rest + (chunk as string)).split('\n');
    rest = lines.pop() ?? '';
    if (lines.length > 0) yield lines.map(withoutReturn);
  }
  if (rest !== '') yield [withoutReturn(rest)];
}

const withoutReturn = (line: string): string => (line.endsWith('\r') ? line.slice(0, -1) : line);

export function checkFile(path: string): void {
  if (!existsSync(path)) throw new UsageError(`there is no file "${path}"`, nearFile(path));
  if (statSync(path).isDirectory()) throw new UsageError(`"${path}" is a folder; name a file in it`);
}

function nearFile(path: string): string | undefined {
  try {
    return didYouMean(basename(path), readdirSync(dirname(path)));
  } catch {
    return undefined;
  }
}
