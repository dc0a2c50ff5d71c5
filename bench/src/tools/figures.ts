import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeJsonl, writePcapng, writeRaw } from './captures.js';
import { runMeasured, type Taken } from './measured-process.js';
import { copySchema, manifold } from './schema-copies.js';
import { watchTurns } from './watch-turns.js';

/** One figure about the tool itself. */
export interface Figure {
  readonly what: string;
  readonly unit: string;
  /** Median of `samples` runs. */
  readonly measured: number;
  /** The same in processor time of all threads, where `measured` is time on the wall: what other processes take is not in it. */
  readonly processor?: number;
  readonly samples: number;
  /** What it should be `at most` or `at least`. */
  readonly limit: number;
  readonly bound: 'at most' | 'at least';
  readonly met: boolean;
}

export interface Extent {
  /** Runs of what takes seconds; what takes less is run twice as often. */
  readonly samples: number;
  /** Messages in a capture. */
  readonly messages: number;
  /** How many times over the schema is generated, to see that time and memory grow no faster. */
  readonly times: number;
}

export const SHORT: Extent = { samples: 3, messages: 1_000_000, times: 3 };
export const FULL: Extent = { samples: 5, messages: 10_000_000, times: 10 };

const ONE_MESSAGE = '0002000003000800';
const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

/** Measures everything there is a limit for; `told` is called before each figure. Leaves nothing behind. */
export async function figures(root: string, extent: Extent, told: (what: string) => void): Promise<Figure[]> {
  const scratch = mkdtempSync(join(tmpdir(), 'vwire-bench-'));
  try {
    return await new Measuring(root, scratch, extent, told).all();
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

class Measuring {
  readonly #vwire: string;
  readonly #shipped: string;

  constructor(
    root: string,
    readonly scratch: string,
    readonly extent: Extent,
    readonly told: (what: string) => void,
  ) {
    this.#vwire = join(root, 'generator', 'bin', 'vwire.js');
    this.#shipped = join(root, 'schema');
  }

  async all(): Promise<Figure[]> {
    return [
      ...(await this.#start()),
      ...(await this.#generate()),
      ...(await this.#growth()),
      ...(await this.#captures()),
    ];
  }

  async #start(): Promise<Figure[]> {
    this.told('start of decode');
    const samples = 4 * this.extent.samples;
    const ratios: number[] = [];
    for (let i = 0; i < samples; i++) {
      const bare = await this.#run(['-e', '0']);
      const decode = await this.#run([this.#vwire, 'decode', '--dialect', 'rfc3', ONE_MESSAGE]);
      ratios.push(decode.wallMs / bare.wallMs);
    }
    return [atMost('start of decode, to that of node -e 0', '×', ratios, 2)];
  }

  async #generate(): Promise<Figure[]> {
    const schema = copySchema(this.#shipped, join(this.scratch, 'schema'));
    const edited = join(schema, 'virtio-msg', 'v1-2026.yaml');
    const original = readFileSync(edited, 'utf8');
    const cold: Taken[] = [];
    const same: Taken[] = [];
    const changed: Taken[] = [];
    for (let i = 0; i < this.extent.samples; i++) {
      const args = ['--schema', schema, '--out', join(this.scratch, `out-${i}`)];
      this.told(`generate, run ${i + 1} of ${this.extent.samples}`);
      writeFileSync(edited, original);
      cold.push(await this.#generateOnce(args));
      same.push(await this.#generateOnce(args));
      writeFileSync(edited, original.replace('doc: "', `doc: "run ${i}: `));
      changed.push(await this.#generateOnce(args));
    }
    this.told('generate --watch');
    const args = ['--schema', schema, '--out', join(this.scratch, 'out-0')];
    const turns = await watchTurns(this.#vwire, args, edited, 2 * this.extent.samples);
    return [
      seconds('generate everything, nothing there before', cold, 8),
      seconds('generate, nothing changed', same, 1.5),
      seconds('generate, one dialect changed', changed, 2.5),
      atMost(
        'turn of generate --watch, one dialect changed',
        's',
        turns.map((ms) => ms / 1000),
        1,
      ),
    ];
  }

  async #growth(): Promise<Figure[]> {
    const { times } = this.extent;
    const takenBy = async (copies: number): Promise<Taken> => {
      this.told(`generate the schema ${copies} times over`);
      const schema = manifold(this.#shipped, join(this.scratch, `schema-${copies}`), copies);
      return this.#generateOnce(['--schema', schema, '--out', join(this.scratch, `times-${copies}`)]);
    };
    const one = await takenBy(1);
    const many = await takenBy(times);
    const most = 1.2 * times;
    return [
      atMost(`time of ${times} × the schema, to that of one`, '×', [many.wallMs / one.wallMs], most),
      atMost(`memory of ${times} × the schema, to that of one`, '×', [(many.peakMiB ?? 0) / (one.peakMiB ?? 1)], most),
    ];
  }

  async #captures(): Promise<Figure[]> {
    const { messages } = this.extent;
    const found: Figure[] = [];
    for (const [form, write, args, least] of [
      ['raw bytes', writeRaw, ['decode', '--dialect', 'rfc3'], 1],
      ['JSON lines', writeJsonl, ['decode', '--jsonl'], 0.3],
      ['pcapng', writePcapng, ['decode'], 1],
      ['pcapng, paired', writePcapng, ['trace'], 1],
    ] as const) {
      this.told(`summary of ${messages} messages from ${form}`);
      const path = join(this.scratch, form.replace(/\W+/g, '-'));
      const count = write(path, messages);
      const runs: Taken[] = [];
      for (let i = 0; i < this.extent.samples; i++)
        // What the messages say is drawn at random, so that rules object to some: 1 is no failure here.
        runs.push(await this.#run([this.#vwire, ...args, '--summary', path], [0, 1]));
      const rates = runs.map((run) => count / 1000 / run.wallMs);
      found.push(
        atLeast(`messages from ${form} to a summary`, 'M/s', rates, least),
        atMost(
          `memory of that, ${count / 1e6} M messages`,
          'MiB',
          runs.map((run) => run.peakMiB ?? 0),
          200,
        ),
      );
    }
    return found;
  }

  #generateOnce(args: readonly string[]): Promise<Taken> {
    return this.#run([this.#vwire, 'generate', ...args]);
  }

  async #run(args: readonly string[], fine: readonly number[] = [0]): Promise<Taken> {
    const taken = await runMeasured(args);
    if (taken.code === null || !fine.includes(taken.code))
      throw new Error(`node ${args.join(' ')} ended with ${taken.code}: ${taken.stderr}`);
    return taken;
  }
}

const atMost = (what: string, unit: string, values: readonly number[], limit: number): Figure => {
  const measured = median(values);
  return { what, unit, measured, samples: values.length, limit, bound: 'at most', met: measured <= limit };
};

const seconds = (what: string, runs: readonly Taken[], limit: number): Figure => ({
  ...atMost(
    what,
    's',
    runs.map((run) => run.wallMs / 1000),
    limit,
  ),
  processor: median(runs.map((run) => (run.cpuMs ?? 0) / 1000)),
});

const atLeast = (what: string, unit: string, values: readonly number[], limit: number): Figure => {
  const measured = median(values);
  return { what, unit, measured, samples: values.length, limit, bound: 'at least', met: measured >= limit };
};
