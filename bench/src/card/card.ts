import type { Machine } from '../machine.js';
import type { Sizes } from './sizes.js';
import type { Cost, Costs } from './subject.js';

/** What one direction of a body costs, over one process or several. */
export interface Spread {
  /** Ours over hand style: the median of the processes, each of which has the median of its pairs. */
  readonly ratio: number;
  /** Quartiles over the pairs of the process that has this median. */
  readonly low: number;
  readonly high: number;
  /** Nanoseconds of ours and of hand style; for orientation only. */
  readonly ns: number;
  readonly handNs: number;
  /** Bytes one operation allocates. */
  readonly bytesPerOp: number;
}

/** What is known of a body without measuring it. */
export interface Stated extends Sizes {
  /** `SET_VQUEUE.request`. */
  readonly name: string;
  /** Every dialect that has this code, as `protocol/dialect`; it stands in the first. */
  readonly dialects: readonly string[];
  /** Smallest and largest message; null where only the size field of the header, or a limit of the dialect, bounds it. */
  readonly wire: { readonly min: number; readonly max: number | null };
  /** Bytes of the messages that are measured. */
  readonly measured: number;
}

export interface CardRow extends Stated {
  readonly decode: Spread;
  readonly encode: Spread;
}

/** `hand.ts` against the derived baseline, for a body that is in both. */
export interface ControlRow {
  readonly name: string;
  readonly decode: Spread;
  readonly encode: Spread;
}

export interface Card {
  readonly machine: Machine;
  /** Processes each body was measured in. */
  readonly processes: number;
  /** Version of the bundler. */
  readonly esbuild: string;
  readonly control: readonly ControlRow[];
  readonly bodies: readonly CardRow[];
}

export const titleOf = ({ name, dialects }: Pick<Stated, 'name' | 'dialects'>): string => `${dialects[0]}/${name}`;

/** What several processes came to, as one: that in the middle, so that a process that went astray does not count. */
export const spreadsOf = (costs: readonly Costs[]): { decode: Spread; encode: Spread } => ({
  decode: spreadOf(costs.map((c) => c.decode)),
  encode: spreadOf(costs.map((c) => c.encode)),
});

function spreadOf(costs: readonly Cost[]): Spread {
  const sorted = [...costs].sort((a, b) => a.ratio - b.ratio);
  const { ratio, p25, p75, ns, handNs } = sorted[Math.floor((sorted.length - 1) / 2)]!;
  const rounded = (value: number): number => Number(value.toPrecision(3));
  return {
    ratio: rounded(ratio),
    low: rounded(p25),
    high: rounded(p75),
    ns: rounded(ns),
    handNs: rounded(handNs),
    bytesPerOp: Math.min(...costs.map((c) => c.bytesPerOp)),
  };
}

/** JSON with a line per body, so that two cards can be compared. */
export function spelled({ bodies, control, ...rest }: Card): string {
  const list = (rows: readonly object[]): string => rows.map((row) => JSON.stringify(row)).join(',\n');
  return `${JSON.stringify(rest).slice(0, -1)},\n"control":[\n${list(control)}\n],\n"bodies":[\n${list(bodies)}\n]}\n`;
}
