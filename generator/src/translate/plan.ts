import { DialectSubject } from '../diff/dialect-subject.js';
import { type Match, matchBits, matchBy, matchSlots, matchUnits } from '../diff/match.js';
import type { Unit } from '../diff/subject.js';
import type { DialectIndex } from '../interpret/dialect-index.js';
import type { BodyIR, FieldIR, IntFieldIR } from '../ir/types.js';
import { type ConstantMap, constantMap, sameNumbers } from './constants.js';
import { groupsOf, type Part } from './part.js';

/** Which value of one message body is which of another, by identity: offsets have no say in it. */
export interface BodyPlan {
  readonly from: BodyIR;
  readonly to: BodyIR;
  /** Integers, groups of bits and arrays that both have. */
  readonly pairs: readonly {
    readonly a: Part;
    readonly b: Part;
    /** Null where numbers stay what they are. */
    readonly constant: ConstantMap | null;
  }[];
  /** What only one of them has, reserved fields excepted. */
  readonly onlyA: readonly Part[];
  readonly onlyB: readonly Part[];
  /** One of the two is a number, the other a list. */
  readonly unlike: readonly { readonly a: Part; readonly b: Part }[];
}

/** Everything that two dialects have in common. */
export interface Plan {
  /** By the key of the first dialect's body; null where the second has no such message. */
  readonly bodies: ReadonlyMap<string, BodyPlan | null>;
  /** Header fields, those recomputed excepted; null on the side that lacks one. */
  readonly header: readonly Match<IntFieldIR>[];
}

const plans = new WeakMap<DialectIndex, WeakMap<DialectIndex, Plan>>();
const subjects = new WeakMap<DialectIndex, DialectSubject>();

/** The plan from one dialect to another, made once. */
export function planOf(a: DialectIndex, b: DialectIndex): Plan {
  const known = plans.get(a)?.get(b);
  if (known !== undefined) return known;
  const plan = makePlan(a, b);
  const ofA = plans.get(a) ?? new WeakMap<DialectIndex, Plan>();
  plans.set(a, ofA.set(b, plan));
  return plan;
}

function subjectOf(index: DialectIndex): DialectSubject {
  const subject = subjects.get(index) ?? new DialectSubject(index);
  subjects.set(index, subject);
  return subject;
}

/** The same, made anew. */
export function makePlan(a: DialectIndex, b: DialectIndex): Plan {
  const [left, right] = [subjectOf(a), subjectOf(b)];
  const bodies = new Map<string, BodyPlan | null>();
  for (const pair of matchUnits(left.units, right.units))
    if (pair.a !== null) bodies.set(pair.a.key, pair.b === null ? null : planBody(a, b, pair.a, pair.b));
  const field = ({ ir }: DialectIndex, name: string | undefined): IntFieldIR | null =>
    ir.header.find((f) => `header.${f.name}` === name) ?? null;
  const header = matchSlots(left.header, right.header)
    .flatMap((m) =>
      m.a !== null && m.b !== null && m.a.reserved !== m.b.reserved
        ? [
            { ...m, b: null },
            { ...m, a: null },
          ]
        : [m],
    )
    .map((m): Match<IntFieldIR> => ({ a: field(a, m.a?.name), b: field(b, m.b?.name) }))
    .filter((m) => !['type', 'id', 'size'].includes((m.a ?? m.b)?.role ?? ''));
  return { bodies, header };
}

function planBody(a: DialectIndex, b: DialectIndex, left: Unit, right: Unit): BodyPlan {
  const [from, to] = [a.byKey(left.key) as BodyIR, b.byKey(right.key) as BodyIR];
  const fieldOf = (body: BodyIR, name: string): FieldIR => body.fields.find((f) => f.name === name) as FieldIR;
  const pairs: { a: Part; b: Part; constant: ConstantMap | null }[] = [];
  const unlike: { a: Part; b: Part }[] = [];
  const [restA, restB]: [Part[], Part[]] = [[], []];
  for (const { a: slotA, b: slotB } of matchSlots(left.slots, right.slots)) {
    const mine = slotA === null || slotA.reserved ? null : fieldOf(from, slotA.name);
    const theirs = slotB === null || slotB.reserved ? null : fieldOf(to, slotB.name);
    if (mine === null || theirs === null) {
      // Reserved bytes that got a use are a new field, whatever their place.
      if (mine !== null) restA.push(...partsOf(mine));
      if (theirs !== null) restB.push(...partsOf(theirs));
      continue;
    }
    const both = { a: whole(mine), b: whole(theirs) };
    if (mine.kind !== 'int' || theirs.kind !== 'int') {
      if (mine.kind !== 'int' && theirs.kind !== 'int' && sameForm(mine, theirs))
        pairs.push({ ...both, constant: null });
      else unlike.push(both);
    } else if (groupsOf(mine).length > 0 && groupsOf(theirs).length > 0) {
      for (const m of matchBits(groupsOf(mine), groupsOf(theirs))) {
        const [x, y] = [m.a === null ? null : group(mine, m.a), m.b === null ? null : group(theirs, m.b)];
        if (x !== null && y !== null) pairs.push({ a: x, b: y, constant: null });
        else if (x !== null) restA.push(x);
        else if (y !== null) restB.push(y);
      }
    } else {
      const [ours, other] = [enumOf(a, mine), enumOf(b, theirs)];
      pairs.push({
        ...both,
        constant: ours === null || other === null || sameNumbers(ours, other) ? null : constantMap(ours, other),
      });
    }
  }
  // A number of its own here, a group of bits of a word there: one thing where it has one name.
  const integers = (parts: readonly Part[]): Part[] => parts.filter(({ field }) => field.kind === 'int');
  const taken = new Set<Part>();
  for (const m of matchBy(integers(restA), integers(restB), ({ identity }) => identity)) {
    if (m.a === null || m.b === null || (m.a.bits === null && m.b.bits === null)) continue;
    pairs.push({ a: m.a, b: m.b, constant: null });
    taken.add(m.a).add(m.b);
  }
  const free = (part: Part): boolean => !taken.has(part);
  return { from, to, pairs, unlike, onlyA: restA.filter(free), onlyB: restB.filter(free) };
}

const whole = (field: FieldIR): Part => ({ field, bits: null, identity: field.was ?? field.name });
const group = (field: FieldIR, bits: Part['bits'] & object): Part => ({ field, bits, identity: bits.name });

function partsOf(field: FieldIR): Part[] {
  const groups = groupsOf(field);
  return groups.length === 0 ? [whole(field)] : groups.map((bits) => group(field, bits));
}

/** Lists of integers, or of bytes; a UUID is no list of anything else. */
function sameForm(a: Exclude<FieldIR, IntFieldIR>, b: Exclude<FieldIR, IntFieldIR>): boolean {
  const named = (f: typeof a): string | null =>
    f.kind === 'bytes' && (f.format === 'uuid' || f.format === 'mac') ? f.format : null;
  if (named(a) !== named(b)) return false;
  return a.kind === b.kind || [a, b].every((f) => f.kind === 'bytes' || f.elementSize === 1);
}

export const enumOf = ({ ir }: DialectIndex, field: FieldIR) =>
  (field.kind === 'int' && field.enum !== null ? ir.enums.find((e) => e.name === field.enum) : null) ?? null;
