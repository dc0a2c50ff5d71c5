import { hexId } from '../ir/spell-id.js';
import type { ClassIR, DialectIR, FramingIR, LimitsIR, RangeIR } from '../ir/types.js';
import type { Axis, Change, Kind } from './item.js';
import { matchBy } from './match.js';

const change = (
  a: string | null,
  b: string | null,
  before: string | number | null,
  after: string | number | null,
  axes: Partial<Record<Axis, Kind>>,
): Change => ({
  a,
  b,
  before: before === null ? null : String(before),
  after: after === null ? null : String(after),
  within: null,
  axes,
});

/** What differs for a dialect as a whole: header size, framing, type bits, classes, limits, who owns which ids. */
export const dialectChanges = (a: DialectIR, b: DialectIR): Change[] => [
  ...framingChanges(a.framing, b.framing),
  ...classChanges(a, b),
  ...limitChanges(a.limits, b.limits),
  ...rangeChanges(a, b),
];

function framingChanges(a: FramingIR, b: FramingIR): Change[] {
  const changes: Change[] = [];
  const grew = (before: number, after: number): Kind => (after > before ? 'widened' : 'narrowed');
  const add = (name: string, before: string, after: string, wire: Kind): void => {
    changes.push(change(`framing.${name}`, `framing.${name}`, before, after, { wire }));
  };
  if (a.headerSize !== b.headerSize)
    add('header_size', `${a.headerSize} bytes`, `${b.headerSize} bytes`, grew(a.headerSize, b.headerSize));
  if (a.fixedSize !== b.fixedSize) {
    const text = (size: number | null): string => (size === null ? 'counted in the header' : `always ${size} bytes`);
    const kind =
      a.fixedSize === null ? 'tightened' : b.fixedSize === null ? 'loosened' : grew(a.fixedSize, b.fixedSize);
    add('size', text(a.fixedSize), text(b.fixedSize), kind);
  }
  const bitText = (n: number): string => (n === 0 ? 'none' : hexId(n));
  const bit = (n: number, m: number): Kind => (n === 0 ? 'added' : m === 0 ? 'removed' : 'moved');
  if (a.responseBit !== b.responseBit)
    add('response_bit', bitText(a.responseBit), bitText(b.responseBit), bit(a.responseBit, b.responseBit));
  return changes;
}

function classChanges(a: DialectIR, b: DialectIR): Change[] {
  const text = (c: ClassIR | null): string | null => (c === null ? null : `type ${hexId(c.type)}`);
  return matchBy(a.classes, b.classes, ({ name }) => name).flatMap(({ a: left, b: right }) => {
    if (left?.type === right?.type) return [];
    const kind = left === null ? 'added' : right === null ? 'removed' : 'renumbered';
    const axes: Change['axes'] = kind === 'renumbered' ? { wire: kind } : { source: kind, meaning: kind };
    return [change(left && `classes.${left.name}`, right && `classes.${right.name}`, text(left), text(right), axes)];
  });
}

/** A higher minimum and a lower maximum leave less; what is recommended binds nobody, and counts like a maximum. */
function limitChanges(a: LimitsIR, b: LimitsIR): Change[] {
  return (['min', 'max', 'recommended'] as const).flatMap((name) => {
    const [before, after] = [a[name], b[name]];
    if (before === after) return [];
    const stricter = before === null || (after !== null && (name === 'min' ? after > before : after < before));
    const text = (n: number | null): string => (n === null ? 'not stated' : `${n} bytes`);
    return [
      change(`limits.${name}`, `limits.${name}`, text(before), text(after), {
        meaning: stricter ? 'tightened' : 'loosened',
      }),
    ];
  });
}

const IDS = 256;

/** Who owns which ids, as runs of ids whose owner changed: the ranges themselves may be cut otherwise and mean the same. */
function rangeChanges(a: DialectIR, b: DialectIR): Change[] {
  const classes = [...new Set([...a.ranges, ...b.ranges].map((r) => r.class))].sort();
  return classes.flatMap((name) => {
    const [before, after] = [ownersOf(a.ranges, name), ownersOf(b.ranges, name)];
    const changes: Change[] = [];
    for (let from = 0; from < IDS; ) {
      let to = from;
      while (to + 1 < IDS && before[to + 1] === before[from] && after[to + 1] === after[from]) to++;
      const [left, right] = [before[from] ?? null, after[from] ?? null];
      if (left !== right) {
        const path = `ranges.${name}.${hexId(from)}-${hexId(to)}`;
        changes.push(change(path, path, left ?? 'nobody', right ?? 'nobody', { meaning: ownerKind(left, right) }));
      }
      from = to + 1;
    }
    return changes;
  });
}

function ownersOf(ranges: readonly RangeIR[], name: string): (string | null)[] {
  const owners = new Array<string | null>(IDS).fill(null);
  for (const range of ranges)
    if (range.class === name) for (let id = range.from; id <= range.to && id < IDS; id++) owners[id] = range.owner;
  return owners;
}

function ownerKind(before: string | null, after: string | null): Kind {
  const free = (owner: string | null): boolean => owner !== null && owner !== 'reserved';
  if (free(before) === free(after)) return 'renamed';
  return free(after) ? 'loosened' : 'tightened';
}
