import { type Card, type CardRow, type ControlRow, type Spread, type Stated, titleOf } from './card.js';
import type { Cost, Costs } from './subject.js';

/**
 * How far above the upper quartile on the card a ratio may be. docs/bench/README.md argues it: hardly ever does one process
 * come to that without a reason, and one that does is measured again.
 */
export const TOLERANCE = 0.2;
/** Bytes per operation that measuring may leave. */
export const LEAST_BYTES = 8;
/** gzip is what Node's zlib makes of it, and its version differs between Nodes. */
export const GZIP = 0.01;
/** Processes that have to agree before a body has become slower. */
export const ATTEMPTS = 3;

type Direction = 'decode' | 'encode';
export const DIRECTIONS: readonly Direction[] = ['decode', 'encode'];

/** The highest ratio that is no regression. */
export const limitOf = ({ high }: Spread): number => high * (1 + TOLERANCE);

const allocates = (cost: Cost, { bytesPerOp }: Spread): boolean => cost.bytesPerOp > bytesPerOp + LEAST_BYTES;

/** Whether one process came to more than the card allows. */
export const isSuspect = (row: ControlRow | CardRow, costs: Costs): boolean =>
  DIRECTIONS.some((op) => costs[op].ratio > limitOf(row[op]) || allocates(costs[op], row[op]));

/**
 * What has become slower, or allocates more, in every one of these processes: noise makes one process slow, and another the
 * next time; a change of the code makes all of them slow.
 */
export function regressionsOf(title: string, row: ControlRow | CardRow, costs: readonly Costs[]): string[] {
  return DIRECTIONS.flatMap((op) => {
    const on = row[op];
    const found: string[] = [];
    const best = Math.min(...costs.map((c) => c[op].ratio));
    if (best > limitOf(on))
      found.push(
        `${title} ${op}: ${text(best)} × hand style, at best of ${costs.length} processes; the card has ${text(on.ratio)} (${text(on.low)}–${text(on.high)}) and allows ${text(limitOf(on))}`,
      );
    if (costs.every((c) => allocates(c[op], on))) {
      const least = Math.min(...costs.map((c) => c[op].bytesPerOp));
      found.push(`${title} ${op}: allocates ${least} bytes; the card has ${on.bytesPerOp}`);
    }
    return found;
  });
}

const text = (ratio: number): string => ratio.toPrecision(3);

/** Where the card is not what the IR and the bundler say now. */
export function staleness(card: Card, esbuild: string, stated: readonly Stated[]): string[] {
  const found: string[] = [];
  const old = new Map(card.bodies.map((row) => [titleOf(row), row]));
  if (card.esbuild !== esbuild) found.push(`the sizes on the card are of esbuild ${card.esbuild}, this is ${esbuild}`);
  for (const now of stated) {
    const title = titleOf(now);
    const row = old.get(title);
    old.delete(title);
    if (row === undefined) {
      found.push(`${title}: not on the card`);
      continue;
    }
    const differs = (what: string, was: unknown, is: unknown): void => {
      if (was !== is) found.push(`${title}: ${what}: ${is}; the card has ${was}`);
    };
    differs('dialects', row.dialects.join(' '), now.dialects.join(' '));
    differs('least bytes on the wire', row.wire.min, now.wire.min);
    differs('most bytes on the wire', row.wire.max, now.wire.max);
    differs('bytes of a message measured', row.measured, now.measured);
    differs('bytes of code, minified', row.minified, now.minified);
    if (Math.abs(now.gzipped - row.gzipped) > GZIP * row.gzipped)
      differs('bytes of code, gzipped', row.gzipped, now.gzipped);
  }
  for (const title of old.keys()) found.push(`${title}: on the card, and no longer a body`);
  return found;
}
