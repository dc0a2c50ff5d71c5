import { doc } from '../docs.js';
import { fn, type Statement, VIEW_END } from '../render.js';
import { walkSegments } from './check.js';
import type { ShapeModel } from './shape-model.js';

/** `describe`: what `check` only numbers, as data. */
export function describeShape(model: ShapeModel): Statement {
  const steps = walkSegments(model).filter(({ fits }) => fits !== null);
  const tails = steps.flatMap(({ array, lines, fits, start, last }, i) => {
    const told = `return short_tail('${array.name}', ${relative(start)}, ${last} - p, end - p);`;
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

const used = (name: string, tails: readonly string[]): boolean =>
  name === 'p' || name === 'end' || (tails.length > 0 && (name === 'code' || name === 'view'));

/** `p + 8` → `8`: offsets in errors count from the start of the struct. */
const relative = (text: string): string =>
  text === 'p' ? '0' : text.replace(/^p \+ (\d+)$/, '$1').replace(/^(end\d.*)$/, '$1 - p');
