import { type ChildProcessWithoutNullStreams, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { handDecoder, handEncoder, handStreamDecoder, handStreamEncoder, WrongSubject } from './codec-case.js';
import { m6 } from './corpus.js';
import { calibrate, type Effort, loopOver, type Operation, ratioOf, timed } from './measure.js';
import { ITEMS, type Item, POOLS, SINGLES, STREAM, streamItems, sumOf, TITLES } from './messages.js';
import type { Task } from './task.js';
import { Unavailable } from './unavailable.js';

const source = fileURLToPath(new URL('../native/codec.c', import.meta.url));

/** Compiles the C program into `folder`: its path. The compiler is `CC`, else cc. */
export function compileNative(folder: string, compiler = process.env.CC || 'cc'): string {
  const program = join(folder, 'codec');
  try {
    execFileSync(compiler, ['-O2', '-o', program, source], { stdio: ['ignore', 'ignore', 'pipe'], encoding: 'utf8' });
  } catch (error) {
    const { code, stderr } = error as { code?: string; stderr?: string };
    if (code === 'ENOENT') throw new Unavailable(`no C compiler: ${compiler} was not found; CC may name another`);
    throw new Unavailable(`${compiler} does not compile bench/native/codec.c: ${stderr?.split('\n')[0] ?? code}`);
  }
  return program;
}

/** The C program, asked line by line. */
class Native {
  readonly #process: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterator<string>;

  constructor(program: string, corpus: string) {
    this.#process = spawn(program, [corpus]);
    this.#lines = createInterface({ input: this.#process.stdout })[Symbol.asyncIterator]();
  }

  /** It ends where its input does. */
  close(): void {
    this.#process.stdin.end();
  }

  async ask(command: string): Promise<string> {
    this.#process.stdin.write(`${command}\n`);
    const { value, done } = await this.#lines.next();
    if (done) throw new WrongSubject(`the C program ended at "${command}" with ${this.#process.exitCode}`);
    return value as string;
  }
}

/**
 * Every message both ways, in a process of C beside this one: samples alternate as with all others. Both last until `close`, or
 * as long as this process.
 */
export function startNative(): { readonly tasks: readonly Task[]; close(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'vwire-bench-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const program = compileNative(folder);
  const corpus = join(folder, 'corpus');
  const pools = SINGLES.map((kind) => new Uint8Array(POOLS[kind].buffer));
  writeFileSync(corpus, Buffer.concat([...pools, new Uint8Array(m6.view.buffer, 0, m6.bytes)]));
  const native = new Native(program, corpus);
  const single = SINGLES.flatMap((kind, i) => [
    task(native, i, 'decode', TITLES[kind], ITEMS[kind], handDecoder(kind)),
    task(native, i, 'encode', TITLES[kind], ITEMS[kind], handEncoder(kind)),
  ]);
  const mixed = [
    task(native, SINGLES.length, 'decode', STREAM, streamItems, handStreamDecoder()),
    task(native, SINGLES.length, 'encode', STREAM, streamItems, handStreamEncoder()),
  ];
  return { tasks: [...single, ...mixed], close: () => native.close() };
}

function task(
  native: Native,
  number: number,
  op: 'decode' | 'encode',
  message: string,
  items: readonly Item[],
  hand: Operation,
): Task {
  const stream = message === STREAM;
  const perCall = stream ? items.length : 1;
  const bytes = Buffer.concat(items.map((item) => item.bytes));
  const about = { subject: 'C', message, op, layout: 'wire', size: bytes.length / items.length } as const;
  return {
    ...about,
    async verify() {
      const answer = (await native.ask(`verify ${number}`)).trim().split(' ');
      const hex = answer.pop();
      const each = items.map(sumOf);
      const sums = stream ? [each.reduce((sum, s) => (sum + s) | 0, 0)] : each;
      if (answer.join(' ') !== sums.join(' ')) throw new WrongSubject(`${message} C: the fields come to other sums`);
      if (hex !== bytes.toString('hex')) throw new WrongSubject(`${message} C: other bytes are written`);
    },
    async measure(effort: Effort) {
      const loop = loopOver(hand, stream ? 0 : items.length - 1);
      const rounds = calibrate(loop, effort);
      const ask = async (n: number): Promise<number> => Number(await native.ask(`${op} ${number} ${n}`));
      let n = 64;
      for (let took = await ask(n); took < effort.sampleMs * 1e6; took = await ask(n)) n *= 2;
      const ratios: number[] = [];
      const [times, hands]: [number[], number[]] = [[], []];
      for (let i = 0; i < effort.samples; i++) {
        hands.push(timed(loop, rounds) / rounds);
        times.push((await ask(n)) / n);
        ratios.push(times[i]! / Math.max(hands[i]!, 1e-9));
      }
      return { ...about, ...ratioOf(ratios, times, perCall, 0, hands) };
    },
  };
}
