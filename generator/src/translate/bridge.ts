import type { DialectIndex } from '../interpret/dialect-index.js';
import { rangeOf } from '../interpret/int.js';
import type { IntFieldIR } from '../ir/types.js';
import { holds, namesIn, parseConstraint } from '../language/constraint.js';
import { assigned } from '../rules/enums.js';
import { listReasons } from './bridge-lists.js';
import { mapsAll } from './constants.js';
import { boundsOf, countedBy, isArray, nameOf, type Part, reservedMask } from './part.js';
import { type BodyPlan, enumOf, makePlan, type Plan } from './plan.js';

/**
 * What can be said about all messages of one body before any is seen. `exact`: each one that follows the first dialect's
 * text. `depends`: on its values, or on how long it is. `impossible`: none at all.
 */
export type Bridgeable = 'exact' | 'depends' | 'impossible';

export interface Bridge {
  readonly from: string;
  /** What the other dialect calls it, or null where it has no such message. */
  readonly to: string | null;
  readonly bridge: Bridgeable;
  /** What it depends on, or why it is impossible; short phrases. */
  readonly because: readonly string[];
}

export interface DialectBridge {
  readonly from: string;
  readonly to: string;
  readonly messages: readonly Bridge[];
}

/** Which messages of one dialect another one can carry, from the IR alone: no message is written for it. */
export function bridgeOf(a: DialectIndex, b: DialectIndex): DialectBridge {
  // Of hundreds of pairs in a table each is asked for once: what is kept would only be in the way.
  const plan = makePlan(a, b);
  const header = headerReasons(plan);
  const messages = a.ir.bodies.map(({ key }): Bridge => {
    const own = plan.bodies.get(key) ?? null;
    if (own === null) return { from: key, to: null, bridge: 'impossible', because: ['no such message'] };
    const never = neverReasons(own, b);
    if (never.length > 0) return { from: key, to: own.to.key, bridge: 'impossible', because: never };
    const because = [...bodyReasons(own, a, b), ...header];
    return { from: key, to: own.to.key, bridge: because.length === 0 ? 'exact' : 'depends', because };
  });
  return { from: `${a.ir.protocol}/${a.ir.dialect}`, to: `${b.ir.protocol}/${b.ir.dialect}`, messages };
}

function headerReasons({ header }: Plan): string[] {
  return header.flatMap(({ a, b }): string[] => {
    if (a === null || a.reserved) return [];
    if (b === null) return [`header.${a.name} absent`];
    return narrower(rangeOf(a.type), rangeOf(b.type)) ? [`header.${b.name} only ${b.type}`] : [];
  });
}

const narrower = ([lowA, highA]: readonly [bigint, bigint], [lowB, highB]: readonly [bigint, bigint]): boolean =>
  lowA < lowB || highA > highB;

/** Why there is no message that could be carried. */
function neverReasons(plan: BodyPlan, b: DialectIndex): string[] {
  const { from, to } = plan;
  const filled = filledOf(plan);
  return [
    ...(from.from !== 'either' && to.from !== 'either' && from.from !== to.from
      ? [`sent by the ${to.from} there`]
      : []),
    ...filled.flatMap(({ field }) => {
      const values = enumOf(b, field);
      return values === null || assigned(values, 0) ? [] : [`${field.name} must be one of ${values.name}`];
    }),
    ...to.constraints.flatMap((c) =>
      filledHolds(plan, c.expression) === false ? [`${c.expression} cannot hold`] : [],
    ),
  ];
}

/** Integers that are zero in every message that is carried. */
const filledOf = ({ to, onlyB, unlike }: BodyPlan): readonly Part[] =>
  [...onlyB, ...unlike.map(({ b }) => b)].filter(
    ({ field, bits }) => bits === null && field.kind === 'int' && countedBy(to, field.name) === undefined,
  );

/** Whether a constraint holds as far as zeros decide it. */
function filledHolds(plan: BodyPlan, expression: string): boolean | undefined {
  const filled = new Set(filledOf(plan).map(nameOf));
  const value = (name: string): bigint | undefined => (filled.has(name) ? 0n : undefined);
  return holds(parseConstraint(expression), { value, length: () => undefined, limit: undefined });
}

/** What it depends on whether a message is carried, and wholly. */
function bodyReasons(plan: BodyPlan, a: DialectIndex, b: DialectIndex): string[] {
  const { from, to, pairs, unlike, onlyA } = plan;
  return [
    ...(from.from === 'either' && to.from !== 'either' ? [`only from the ${to.from}`] : []),
    ...onlyA.filter((part) => !(part.bits === null && listed(plan, part))).map((part) => `${nameOf(part)} absent`),
    ...unlike.map((pair) => `${nameOf(pair.b)} ${isArray(pair.b.field) ? 'a list' : 'one number'} there`),
    ...pairs.flatMap((pair) => (isArray(pair.a.field) ? [] : integerReasons(pair, a, b))),
    ...listReasons(plan, a, b),
    ...to.constraints
      .filter((c) => !implied(plan, c.expression) && filledHolds(plan, c.expression) !== true)
      .map((c) => `needs ${c.expression}`),
  ];
}

/** A counter whose list is carried: `listReasons` speaks of it. */
function listed({ from, pairs }: BodyPlan, { field }: Part): boolean {
  const list = countedBy(from, field.name);
  return list !== undefined && pairs.some((pair) => pair.a.field === list);
}

function integerReasons(
  { a, b, constant }: BodyPlan['pairs'][number],
  left: DialectIndex,
  right: DialectIndex,
): string[] {
  const [mine, theirs] = [enumOf(left, a.field), enumOf(right, b.field)];
  const whole = a.bits === null && b.bits === null;
  const named = whole && theirs !== null ? theirs : null;
  if (named !== null && !mapsAll(mine, named)) return [`${nameOf(b)} other constants`];
  const few = constant !== null && mine !== null && !mine.open && mine.ranges.length === 0;
  if (!few && narrower(boundsOf(a), boundsOf(b)))
    return [`${nameOf(b)} only ${b.bits === null ? (b.field as IntFieldIR).type : `${b.bits.width} bits`}`];
  if (b.bits !== null || (b.field as IntFieldIR).bits.length === 0) return [];
  const clear = reservedMask(b.field as IntFieldIR) & ~(a.bits === null ? reservedMask(a.field as IntFieldIR) : 0n);
  return clear === 0n ? [] : [`${nameOf(b)} has reserved bits`];
}

/** Whether the first dialect's text demands the same of the same fields. */
function implied({ from, pairs }: BodyPlan, expression: string): boolean {
  if (!from.constraints.some((c) => c.expression === expression)) return false;
  return namesIn(parseConstraint(expression)).every(({ name }) =>
    pairs.some(({ a, b, constant }) => nameOf(a) === name && nameOf(b) === name && constant === null),
  );
}
