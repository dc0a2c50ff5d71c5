import { hexId } from '../../ir/spell-id.js';
import type { BodyModel } from './body-model.js';
import { clause, doc } from './docs.js';
import { constant } from './render.js';
import type { DialectModel } from './view-model.js';

/** `BODY`: what sets a body apart, as data for shared code. Code of its own in every body would be most of a bundle. */
export function bodyData({ ir: dialect }: DialectModel, { ir, name, tail, size }: BodyModel): string[] {
  const sender = ir.from === 'either' ? 'either side' : `the ${ir.from}`;
  const inherited = ir.origin === dialect.dialect ? '' : `Declared in ${ir.origin}.`;
  const fixed = ir.fields.filter((field) => field !== tail?.ir).map((field) => `${field.name}: ${field.offset}`);
  const line = fixed.length === 0 ? '  fields: {},' : `  fields: { ${fixed.join(', ')} },`;
  const number = hexId(ir.id);
  const lines = [
    '{',
    `  name: '${name}',`,
    `  class: '${ir.class}',`,
    `  message: '${ir.message}',`,
    `  kind: '${ir.kind}',`,
    `  type: ${ir.type},`,
    `  id: ${number},`,
    '  /** Bytes of header and fixed part; a shorter message does not hold this body. */',
    `  minSize: ${ir.minSize},`,
    '  /** Bytes of every such message this side writes; null where a counted array makes it vary. */',
    `  size: ${size},`,
    '  /** Where each field of fixed size starts, in order. */',
    ...(line.length <= 120 ? [line] : ['  fields: {', ...fixed.map((entry) => `    ${entry},`), '  },']),
    '} as const;',
  ];
  const text = doc(ir.doc, `Sent by ${sender}. ${inherited}`.trim(), clause(ir.spec));
  const id = constant('ID', number, 'Message id.');
  return [id, constant('BODY', lines.join('\n').slice(0, -1), text)];
}
