import { doc } from '../docs.js';
import { fn, type Statement, VIEW_END } from '../render.js';
import { elementWalk, walkSegments } from './check.js';
import { counterOf } from './place.js';
import { type Counted, elementOf, type ShapeModel, walkedOf } from './shape-model.js';

/** `describe`: what `check` only numbers, as data. */
export function describeShape(model: ShapeModel): Statement {
  if (walkedOf(model) !== undefined) return describeWalk(model);
  const steps = walkSegments(model).filter(({ fits }) => fits !== null);
  const tails = steps.flatMap(({ array, lines, fits, start, last }, i) => {
    const told = `return short_tail('${array.name}', ${relative(start)}, ${needed(model, array, last)}, end - p);`;
    return i + 1 === steps.length ? [...lines, told] : [...lines, `if (!(${fits})) ${told}`];
  });
  return fn({
    name: 'describe',
    parameters: [...VIEW_END, { name: 'code', type: 'number' }].map(({ name, type }) => ({
      name: used(name, tails) ? name : `_${name}`,
      type,
    })),
    returns: 'WireError',
    doc: doc('The error check found in bytes p..end-1, with field, offset and numbers. `code` is what check returned.'),
    body: [
      ...(tails.length === 0 ? [] : ['if (code === ErrorCode.SHORT_TAIL) {', ...tails.map((line) => `  ${line}`), '}']),
      'return short_body(STRUCT.name, STRUCT.minSize, Math.max(0, end - p), STRUCT.fields);',
    ],
  });
}

/** The same where elements are walked: what comes first is told first, whatever its code. */
function describeWalk(model: ShapeModel): Statement {
  const walked = walkedOf(model);
  const steps = walkSegments(model).filter(({ fits }) => fits !== null);
  const { alias } = walked === undefined ? { alias: '' } : elementOf(model, walked);
  const tails = steps.flatMap(({ array, lines, fits, start, last }) => [
    ...lines,
    `if (!(${fits})) return short_tail('${array.name}', ${relative(start)}, ${needed(model, array, last)}, end - p);`,
  ]);
  const told = `if (code !== 0) return in_element('${walked?.name}', i, at - p, ${alias}.describe(view, at, end, code));`;
  return fn({
    name: 'describe',
    parameters: [...VIEW_END, { name: '_code', type: 'number' }],
    returns: 'WireError',
    doc: doc('The error check found in bytes p..end-1, with field, offset and numbers. `code` is what check returned.'),
    body: [
      `if (end - p >= ${model.ir.minSize}) {`,
      ...[...tails, 'let i = 0;', ...elementWalk(model, [told], 'i++;')].map((line) => `  ${line}`),
      '}',
      'return short_body(STRUCT.name, STRUCT.minSize, Math.max(0, end - p), STRUCT.fields);',
    ],
  });
}

const used = (name: string, tails: readonly string[]): boolean =>
  name === 'p' || name === 'end' || (tails.length > 0 && (name === 'code' || name === 'view'));

/** Bytes an array takes its struct to. A count of 64 bits says more than a number holds exactly: then it is the largest. */
function needed(model: ShapeModel, { count }: Counted, last: string): string {
  const size = `${last} - p`;
  const isWide = 'field' in count && counterOf(model, count.field).type === 'u64';
  return isWide ? `Math.min(${size}, Number.MAX_SAFE_INTEGER)` : size;
}

/** `p + 8` → `8`: offsets in errors count from the start of the struct. */
const relative = (text: string): string =>
  text === 'p' ? '0' : text.replace(/^p \+ (\d+)$/, '$1').replace(/^(end\d.*)$/, '$1 - p');
