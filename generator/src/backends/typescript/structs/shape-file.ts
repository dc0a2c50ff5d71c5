import { varies } from '../../../ir/structs.js';
import { clause, doc } from '../docs.js';
import { constant, importAll, type Statement } from '../render.js';
import { checkShape, sizeFunction } from './check.js';
import { describeShape } from './describe.js';
import { shapeEncoders } from './encode.js';
import { shapeFlyweight } from './flyweight.js';
import { shapeObjectForm } from './object-form.js';
import { shapeReaders } from './readers.js';
import type { ShapeModel } from './shape-model.js';
import { fileOf } from './shape-names.js';
import { SUPPORT_IMPORT } from './support-import.js';

/** The module of one shape of a struct. */
export function shapeFile(model: ShapeModel): Statement[] {
  return [
    SUPPORT_IMPORT,
    ...[...model.elements.values()].map(({ struct, alias }) => importAll(`./${fileOf(struct.name)}.js`, alias)),
    structData(model),
    checkShape(model),
    ...sizeFunction(model),
    ...shapeReaders(model),
    ...shapeEncoders(model),
    ...shapeObjectForm(model),
    describeShape(model),
    shapeFlyweight(model),
  ];
}

/** `STRUCT`: what sets a struct apart, as data for shared code. */
function structData({ ir, struct, size }: ShapeModel): string {
  const fixed = ir.fields.filter((m) => m.after === null && !varies(m)).map((m) => [m.name, m.offset] as const);
  const entries = fixed.map(([name, offset]) => `${/^\w+$/.test(name) ? name : `'${name}'`}: ${offset}`);
  const line = `  fields: { ${entries.join(', ')} },`;
  const lines = [
    '{',
    `  name: '${ir.key}',`,
    '  /** Bytes of the smallest such struct. */',
    `  minSize: ${ir.minSize},`,
    '  /** Bytes of every such struct; null where an array makes it vary. */',
    `  size: ${size},`,
    '  /** Where each field of fixed place and size starts, in order. */',
    ...(entries.length === 0
      ? ['  fields: {},']
      : line.length <= 120
        ? [line]
        : ['  fields: {', ...entries.map((entry) => `    ${entry},`), '  },']),
    '} as const',
  ];
  return constant('STRUCT', lines.join('\n'), doc(ir.doc || struct.doc, clause(ir.spec)));
}
