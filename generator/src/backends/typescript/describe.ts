import type { BodyModel } from './body-model.js';
import { messageSize } from './check.js';
import { doc } from './docs.js';
import { loadAtom } from './expressions.js';
import type { HeaderModel } from './header-model.js';
import { when } from './lines.js';
import { fieldEnd } from './readers.js';
import { fn, type Statement, VIEW_END } from './render.js';
import { contentSize } from './tail.js';

const PARAMETERS = [...VIEW_END, { name: 'code', type: 'number' }];

/** `describe` of a body module: what `check` only numbers, as data. */
export function describeBody(body: BodyModel): Statement {
  return fn({
    name: 'describe',
    parameters: PARAMETERS,
    returns: 'WireError',
    doc: doc('The error check found in bytes p..end-1, with field, offset and numbers. `code` is what check returned.'),
    body: [
      'switch (code) {',
      ...[...wrongMessage(body), ...shortBody(body), ...tailCases(body)].map((line) => `  ${line}`),
      '  default:',
      '    return header.describe(view, p, end, code);',
      '}',
    ],
  });
}

function wrongMessage({ header, ir, name }: BodyModel): string[] {
  const { type, id } = header;
  const got = loadAtom(id.ir.type, 'p', id.ir.offset);
  const wrongId = `return wrong_message('${name}', '${id.ir.name}', ${id.ir.offset}, ${ir.id}, ${got});`;
  if (type === null) return ['case ErrorCode.WRONG_MESSAGE:', `  ${wrongId}`];
  const checkId = when([`${got} !== ${ir.id}`], wrongId, 112);
  const bits = (header.keyMask >>> type.shift) & (2 ** type.width - 1);
  const gotType = `${loadAtom(type.ir.type, 'p', type.ir.offset)} & ${bits}`;
  return [
    'case ErrorCode.WRONG_MESSAGE:',
    ...checkId.map((line) => `  ${line}`),
    `  return wrong_message('${name}', '${type.ir.name}', ${type.ir.offset}, ${ir.type}, ${gotType});`,
  ];
}

function shortBody(body: BodyModel): string[] {
  const { header, ir, name } = body;
  if (!canBeShort(body)) return [];
  return [
    'case ErrorCode.SHORT_BODY:',
    `  return short_body('${name}', ${ir.minSize}, ${messageSize(header)}, [`,
    ...body.fields
      .filter((field) => fieldEnd(field) > field.ir.offset)
      .map((field) => `    ['${field.ir.name}', ${field.ir.offset}, ${fieldEnd(field)}],`),
    '  ]);',
  ];
}

function tailCases(body: BodyModel): string[] {
  const { header, tail } = body;
  const size = messageSize(header);
  const lines: string[] = [];
  if (tail !== null) {
    lines.push(
      'case ErrorCode.SHORT_TAIL:',
      `  return short_tail('${tail.ir.name}', ${tail.ir.offset}, ${contentSize(body)}, ${size});`,
    );
  }
  if (header.fixedSize === null) {
    lines.push('case ErrorCode.SURPLUS:', `  return surplus_bytes(${contentSize(body)}, ${size});`);
  }
  return lines;
}

const canBeShort = ({ header, ir }: BodyModel): boolean => header.fixedSize === null && ir.minSize > header.size;

export const describeImports = (body: BodyModel): string[] => [
  'wrong_message',
  ...(canBeShort(body) ? ['short_body'] : []),
  ...(body.tail === null ? [] : ['short_tail']),
  ...(body.header.fixedSize === null ? ['surplus_bytes'] : []),
];

/** `describe` of the header module: the errors that come before any message is known. */
export function describeHeader(header: HeaderModel): Statement {
  const { fixedSize, sizeField } = header;
  const cases: string[] = [];
  if (fixedSize !== null) {
    cases.push('case ErrorCode.FRAME_SIZE:', `  return frame_size(${fixedSize}, delivered);`);
  } else if (sizeField !== null) {
    const where = `'${sizeField.ir.name}', ${sizeField.ir.offset}`;
    const size = messageSize(header);
    cases.push(
      'case ErrorCode.SIZE_BELOW_HEADER:',
      `  return size_below_header(${where}, SIZE, ${size});`,
      'case ErrorCode.TRUNCATED:',
      `  return truncated(${where}, ${size}, delivered);`,
    );
  }
  return fn({
    name: 'describe',
    parameters: PARAMETERS,
    returns: 'WireError',
    doc: doc('The errors that are found before a message is known, with field, offset and numbers.'),
    body: [
      'const delivered = Math.max(0, end - p);',
      'switch (code) {',
      ...cases.map((line) => `  ${line}`),
      '  default:',
      '    return short_header(SIZE, delivered);',
      '}',
    ],
  });
}

export const describeHeaderImports = (header: HeaderModel): string[] => [
  'ErrorCode',
  'type WireError',
  'short_header',
  ...(header.fixedSize === null ? ['size_below_header', 'truncated'] : ['frame_size']),
];
