import type { Value } from '../interpret/values.js';
import type { ConstraintIR } from '../ir/types.js';
import { type Expression, holds, parseConstraint, type Scope } from '../language/constraint.js';
import { type Case, limitOf } from './case.js';
import type { Finding } from './finding.js';

/** Conditions on values: those of the dialect where the profile judges them, and the profile's own. */
export function judgeConstraints(subject: Case): Finding[] {
  const { decoded, profile } = subject;
  const own = profile.rules.filter((r) => r.key === decoded.body.key);
  const stated = profile.constraints === 'judged' ? decoded.body.constraints : [];
  const scope: Scope = {
    value: (name) => toBigint(decoded.fields[name]),
    length: (name) => lengthOf(decoded.fields[name]),
    limit: limitOf(subject),
  };
  return [...stated, ...own].flatMap((c) =>
    holds(parsed(c.expression), scope) === false ? [finding(c, subject)] : [],
  );
}

function finding(c: ConstraintIR, { decoded }: Case): Finding {
  const field = decoded.body.fields.find(
    (f) => f.name === c.field || (f.kind === 'int' && f.bits.some((b) => b.name === c.field)),
  );
  const value = decoded.fields[c.field];
  const got =
    typeof value === 'bigint'
      ? value.toString()
      : typeof value === 'number'
        ? value
        : `${lengthOf(value) ?? 0} elements`;
  return {
    rule: 'constraint',
    layer: 'rules',
    field: c.field,
    offset: field?.offset ?? 0,
    got,
    expected: c.expression,
    clause: c.clause,
  };
}

const toBigint = (value: Value | undefined): bigint | undefined =>
  typeof value === 'number' || typeof value === 'bigint' ? BigInt(value) : undefined;
const lengthOf = (value: Value | undefined): number | undefined =>
  typeof value === 'object' ? value.length : undefined;

/** Constraints are few and come back with every message. */
const cache = new Map<string, Expression>();

function parsed(expression: string): Expression {
  let found = cache.get(expression);
  if (found === undefined) {
    found = parseConstraint(expression);
    cache.set(expression, found);
  }
  return found;
}
