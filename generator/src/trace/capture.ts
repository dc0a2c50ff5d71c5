import { type Entry, textOf } from '../jsonl/entry.js';
import type { Fact } from './conversation.js';

/** Milliseconds per unit of `t`: what the header's `clock` says, seconds where it says nothing. */
export function unitOf(header: Entry): number {
  const clock = textOf(header, 'clock') ?? 's';
  const unit = /^\s*([a-zµ]+)/i.exec(clock)?.[1]?.toLowerCase() ?? 's';
  const known: Readonly<Record<string, number>> = {
    ms: 1,
    milliseconds: 1,
    us: 1e-3,
    µs: 1e-3,
    microseconds: 1e-3,
    ns: 1e-6,
    nanoseconds: 1e-6,
  };
  return Object.hasOwn(known, unit) ? (known[unit] as number) : 1000;
}

/** Time of a line in milliseconds; null where it has none that means anything. */
export function timeOf(entry: Entry, unit: number): number | null {
  const t = entry.t;
  if (typeof t !== 'number') return null;
  const time = t * unit;
  return Math.abs(time) < 1e13 ? time : null;
}

/** Keys that other parts of a conversation show. */
const SHOWN = new Set(
  't dir hex req resp send answers note what case pre session n same dialect protocol profile class message kind header fields size context layer verdict'.split(
    ' ',
  ),
);

/** What a line tells beyond its frames, flattened: `used.len`, `after`, `stderr`. */
export function factsOf(entry: Entry): Fact[] {
  return Object.entries(entry).flatMap(([name, value]) => (SHOWN.has(name) ? [] : flatten(name, value)));
}

function flatten(name: string, value: unknown): Fact[] {
  if (value === null) return [];
  if (Array.isArray(value))
    return [[name, clip(value.map((v) => (typeof v === 'object' ? JSON.stringify(v) : String(v))).join(' '))]];
  if (typeof value === 'object')
    return Object.entries(value).map(([part, v]) => [
      `${name}.${part}`,
      clip(typeof v === 'object' ? JSON.stringify(v) : String(v)),
    ]);
  return [[name, clip(String(value))]];
}

const clip = (text: string): string => (text.length > 160 ? `${text.slice(0, 160)}…` : text);
