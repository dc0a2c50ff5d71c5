import type { BodyModel } from './body-model.js';
import { messageSize } from './check.js';
import { doc } from './docs.js';
import { loadAtom } from './expressions.js';
import type { HeaderModel } from './header-model.js';
import { fn, type Statement, VIEW_END } from './render.js';
import { contentSize } from './tail.js';

const PARAMETERS = [...VIEW_END, { name: 'code', type: 'number' }];

/** `describe` of a body module: what `check` only numbers, as data. */
export function describeBody(body: BodyModel): Statement[] {
  const { tail } = body;
  const size = messageSize(body.header);
  return [
    fn({
      name: 'describe',
      parameters: PARAMETERS,
      returns: 'WireError',
      doc: doc(
        'The error check found in bytes p..end-1, with field, offset and numbers. `code` is what check returned.',
      ),
      body: [
        ...(tail === null
          ? []
          : [
              'if (code === ErrorCode.SHORT_TAIL) {',
              `  return short_tail('${tail.ir.name}', ${tail.ir.offset}, ${contentSize(body)}, ${size});`,
              '}',
            ]),
        'return header.describe_body(view, p, end, code, BODY);',
      ],
    }),
  ];
}

export const describeImports = (body: BodyModel): string[] => (body.tail === null ? [] : ['short_tail', 'ErrorCode']);

/** `describe` and `describe_body` of the header module. */
export function describeHeader(header: HeaderModel): Statement[] {
  const { fixedSize, sizeField, type, id } = header;
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
  return [
    fn({
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
    }),
    fn({
      name: 'describe_body',
      parameters: [...PARAMETERS, { name: 'body', type: 'Body' }],
      returns: 'WireError',
      doc: doc('The errors that are the same in every body but for its numbers.'),
      body: [
        'switch (code) {',
        '  case ErrorCode.WRONG_MESSAGE: {',
        `    const got = ${loadAtom(id.ir.type, 'p', id.ir.offset)};`,
        ...(type === null
          ? [`    return wrong_message(body.name, '${id.ir.name}', ${id.ir.offset}, body.id, got);`]
          : [
              `    if (got !== body.id) return wrong_message(body.name, '${id.ir.name}', ${id.ir.offset}, body.id, got);`,
              `    const gotType = ${typeBits(header, loadAtom(type.ir.type, 'p', type.ir.offset))};`,
              `    return wrong_message(body.name, '${type.ir.name}', ${type.ir.offset}, body.type, gotType);`,
            ]),
        '  }',
        ...(fixedSize === null
          ? [
              '  case ErrorCode.SHORT_BODY:',
              `    return short_body(body.name, body.minSize, ${messageSize(header)}, body.fields);`,
            ]
          : []),
        '  default:',
        '    return describe(view, p, end, code);',
        '}',
      ],
    }),
  ];
}

/** Class and response bits of a type value, unsigned. */
export const typeBits = ({ typeMask }: HeaderModel, value: string): string =>
  typeMask > 0x7fffffff ? `(${value} & ${typeMask}) >>> 0` : `${value} & ${typeMask}`;

export const describeHeaderImports = (header: HeaderModel): string[] => [
  'ErrorCode',
  'type WireError',
  'short_header',
  'wrong_message',
  ...(header.fixedSize === null ? ['size_below_header', 'truncated', 'short_body'] : ['frame_size']),
];
