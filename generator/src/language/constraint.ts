/**
 * The constraint language: closed expressions over the fields of one body.
 *
 *     count == 8 * bitmap.length            next_offset == 0 || next_offset >= offset + count
 *
 * Operators by rising precedence: `||`, `&&`, comparisons, `+ -`, `* %`. Values are exact integers of any size. `$limit`
 * is the size limit of the bus; a constraint that uses it is not judged where no limit is known.
 */
export type Expression =
  | { readonly op: 'number'; readonly value: bigint }
  | { readonly op: 'name'; readonly name: string }
  | { readonly op: 'length'; readonly name: string }
  | { readonly op: '$limit' }
  | { readonly op: BinaryOp; readonly left: Expression; readonly right: Expression };

type BinaryOp = '||' | '&&' | '==' | '!=' | '<=' | '>=' | '<' | '>' | '+' | '-' | '*' | '%';

const LEVELS: readonly (readonly BinaryOp[])[] = [
  ['||'],
  ['&&'],
  ['==', '!=', '<=', '>=', '<', '>'],
  ['+', '-'],
  ['*', '%'],
];
const TOKEN = /\s*(\|\||&&|==|!=|<=|>=|[<>+\-*%()]|0x[0-9a-fA-F]+|\d+|\$limit|[A-Za-z_]\w*(?:\.length)?)/y;

/** A constraint that cannot be read; `column` counts characters of the expression from 0. */
export class ConstraintError extends Error {
  constructor(
    message: string,
    readonly column: number,
  ) {
    super(message);
  }
}

/** More than any rule needs; what has more would exhaust the stack of whoever walks the expression. */
const MAX_TOKENS = 200;

export function parseConstraint(text: string): Expression {
  const tokens = tokenize(text);
  const excess = tokens[MAX_TOKENS];
  if (excess !== undefined)
    throw new ConstraintError(`expected at most ${MAX_TOKENS} operators and values`, excess.column);
  let next = 0;
  const level = (depth: number): Expression => {
    const ops = LEVELS[depth];
    if (ops === undefined) return atom();
    let left = level(depth + 1);
    for (
      let op = ops.find((o) => o === tokens[next]?.text);
      op !== undefined;
      op = ops.find((o) => o === tokens[next]?.text)
    ) {
      next++;
      left = { op, left, right: level(depth + 1) };
    }
    return left;
  };
  const atom = (): Expression => {
    const token = tokens[next++];
    if (token === undefined) throw new ConstraintError('expected a number, a field or "(", got the end', text.length);
    if (token.text === '(') {
      const inner = level(0);
      if (tokens[next++]?.text !== ')')
        throw new ConstraintError('expected ")"', tokens[next - 1]?.column ?? text.length);
      return inner;
    }
    if (token.text === '$limit') return { op: '$limit' };
    if (/^\d/.test(token.text)) return { op: 'number', value: BigInt(token.text) };
    if (/^[A-Za-z_]/.test(token.text)) {
      return token.text.endsWith('.length')
        ? { op: 'length', name: token.text.slice(0, -7) }
        : { op: 'name', name: token.text };
    }
    throw new ConstraintError(`expected a number, a field or "(", got "${token.text}"`, token.column);
  };
  const expression = level(0);
  const extra = tokens[next];
  if (extra !== undefined) throw new ConstraintError(`expected the end, got "${extra.text}"`, extra.column);
  return expression;
}

function tokenize(text: string): { text: string; column: number }[] {
  const tokens: { text: string; column: number }[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.trimEnd().length) {
    const at = TOKEN.lastIndex;
    const match = TOKEN.exec(text);
    if (match?.[1] === undefined) throw new ConstraintError(`cannot read "${text.slice(at).trim().slice(0, 12)}"`, at);
    tokens.push({ text: match[1], column: TOKEN.lastIndex - match[1].length });
  }
  return tokens;
}

/** Field names an expression reads; `length` tells whether as an array. */
export function namesIn(expression: Expression): { name: string; length: boolean }[] {
  if (expression.op === 'name') return [{ name: expression.name, length: false }];
  if (expression.op === 'length') return [{ name: expression.name, length: true }];
  return 'left' in expression ? [...namesIn(expression.left), ...namesIn(expression.right)] : [];
}

/** Where an expression finds its values; undefined means unknown, and the whole constraint is then not judged. */
export interface Scope {
  value(name: string): bigint | undefined;
  length(name: string): number | undefined;
  readonly limit: number | undefined;
}

/** True or false, or undefined where a value the constraint needs is not known. */
export function holds(expression: Expression, scope: Scope): boolean | undefined {
  const value = evaluate(expression, scope);
  return value === undefined ? undefined : value !== 0n;
}

function evaluate(e: Expression, scope: Scope): bigint | undefined {
  switch (e.op) {
    case 'number':
      return e.value;
    case 'name':
      return scope.value(e.name);
    case 'length': {
      const length = scope.length(e.name);
      return length === undefined ? undefined : BigInt(length);
    }
    case '$limit':
      return scope.limit === undefined ? undefined : BigInt(scope.limit);
    default: {
      const left = evaluate(e.left, scope);
      const right = evaluate(e.right, scope);
      return left === undefined || right === undefined ? undefined : apply(e.op, left, right);
    }
  }
}

function apply(op: BinaryOp, a: bigint, b: bigint): bigint | undefined {
  switch (op) {
    case '||':
      return a !== 0n || b !== 0n ? 1n : 0n;
    case '&&':
      return a !== 0n && b !== 0n ? 1n : 0n;
    case '==':
      return a === b ? 1n : 0n;
    case '!=':
      return a !== b ? 1n : 0n;
    case '<=':
      return a <= b ? 1n : 0n;
    case '>=':
      return a >= b ? 1n : 0n;
    case '<':
      return a < b ? 1n : 0n;
    case '>':
      return a > b ? 1n : 0n;
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '%':
      return b === 0n ? undefined : a % b;
  }
}
