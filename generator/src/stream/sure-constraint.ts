import type { BodyIR, FieldIR, IntFieldIR } from '../ir/types.js';
import { type Expression, parseConstraint } from '../language/constraint.js';
import { codeOf, readNumber } from './read-number.js';

/** An expression over a message; NaN where a number cannot tell exactly. `limit` is NaN where none is known. */
type Evaluate = (view: DataView, p: number, limit: number) => number;

/** True where the constraint surely holds; false leaves the verdict to the rule engine and its exact integers. */
export type Surely = (view: DataView, p: number, limit: number) => boolean;

export function sureConstraint(text: string, body: BodyIR): Surely {
  const evaluate = compile(parseConstraint(text), body);
  if (evaluate === null) return () => true;
  return (view, p, limit) => {
    const value = evaluate(view, p, limit);
    return value < 0 || value > 0;
  };
}

/** Null where the expression asks for what the body does not have: such a constraint is never judged. */
function compile(e: Expression, body: BodyIR): Evaluate | null {
  switch (e.op) {
    case 'number': {
      const value = exact(Number(e.value));
      return () => value;
    }
    case 'name':
      return numberIn(e.name, body);
    case 'length':
      return lengthIn(e.name, body);
    case '$limit':
      return (_view, _p, limit) => limit;
    default: {
      const left = compile(e.left, body);
      const right = compile(e.right, body);
      if (left === null || right === null) return null;
      const { op } = e;
      return (view, p, limit) => apply(op, left(view, p, limit), right(view, p, limit));
    }
  }
}

const exact = (n: number): number => (Number.isSafeInteger(n) ? n : Number.NaN);

function numberIn(name: string, body: BodyIR): Evaluate | null {
  for (const field of body.fields) {
    if (field.kind !== 'int') continue;
    if (field.name === name) return reader(field);
    const bits = field.role === null ? field.bits.find((b) => b.name === name && !b.reserved) : undefined;
    if (bits === undefined) continue;
    const word = reader(field);
    const [below, above] = [2 ** bits.lsb, 2 ** bits.width];
    return (view, p, limit) => {
      const value = word(view, p, limit);
      return value < 0 ? Number.NaN : Math.floor(value / below) % above;
    };
  }
  return null;
}

function reader({ offset, type }: IntFieldIR): Evaluate {
  const code = codeOf(type);
  return (view, p) => exact(readNumber(view, p + offset, code));
}

function lengthIn(name: string, body: BodyIR): Evaluate | null {
  const field = body.fields.find((f) => f.name === name);
  if (field === undefined || field.kind === 'int') return null;
  const { count } = field;
  if ('fixed' in count) return () => count.fixed;
  const counter = body.fields.find((f) => f.name === count.field);
  if (counter === undefined || counter.kind !== 'int') return () => Number.NaN;
  return elements(field, count.unit, reader(counter));
}

function elements(
  field: Exclude<FieldIR, IntFieldIR>,
  unit: 'elements' | 'bytes' | 'bits',
  counter: Evaluate,
): Evaluate {
  if (unit === 'bits' && field.kind === 'bytes') return (view, p, limit) => Math.ceil(counter(view, p, limit) / 8);
  if (unit === 'bytes' && field.kind === 'ints') {
    return (view, p, limit) => Math.floor(counter(view, p, limit) / field.elementSize);
  }
  return counter;
}

function apply(op: Exclude<Expression['op'], 'number' | 'name' | 'length' | '$limit'>, a: number, b: number): number {
  // `NaN != 1` is true in JavaScript and unknown here.
  if (Number.isNaN(a) || Number.isNaN(b)) return Number.NaN;
  switch (op) {
    case '||':
      return a !== 0 || b !== 0 ? 1 : 0;
    case '&&':
      return a !== 0 && b !== 0 ? 1 : 0;
    case '==':
      return a === b ? 1 : 0;
    case '!=':
      return a !== b ? 1 : 0;
    case '<=':
      return a <= b ? 1 : 0;
    case '>=':
      return a >= b ? 1 : 0;
    case '<':
      return a < b ? 1 : 0;
    case '>':
      return a > b ? 1 : 0;
    case '+':
      return exact(a + b);
    case '-':
      return exact(a - b);
    case '*':
      return exact(a * b);
    case '%':
      return a % b;
  }
}
