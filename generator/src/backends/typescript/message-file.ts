import { typeBits } from './describe.js';
import { comment, doc } from './docs.js';
import { hex, loadAtom } from './expressions.js';
import { when } from './lines.js';
import { decodeExact } from './object-form.js';
import { fn, importAll, importNames, type Statement, VIEW_END } from './render.js';
import type { DialectModel } from './view-model.js';

/** `message.ts`: whatever message is there, told apart by type and id. */
export function messageFile(dialect: DialectModel): Statement[] {
  const { bodies, dispatched, ambiguous, support, header } = dialect;
  const imports = [
    'ErrorCode',
    'type WireError',
    'exact',
    'unknown_id',
    ...(ambiguous.size === 0 ? [] : ['ambiguous']),
  ];
  const dispatchedNames = new Set(dispatched);
  const size = header.fixedSize === null ? ' size,' : '';
  return [
    importNames(support, imports),
    importAll('./header.js', 'header'),
    ...bodies.map((body) => importAll(`./${body.name}.js`, body.ident, !dispatchedNames.has(body))),
    [
      ...comment('Every message of the dialect in its object form, told apart by `name`.'),
      'export type AnyMessage =',
      ...bodies.map(({ ident }, i) => `  | ${ident}.Message${i + 1 === bodies.length ? ';' : ''}`),
    ].join('\n'),
    fn({
      name: 'check',
      parameters: VIEW_END,
      returns: 'number',
      doc: doc(
        `Whether bytes p..end-1 begin with any message of the dialect: 0, or the ErrorCode of the first thing wrong with header,${size} id or shape.`,
        'end must not exceed view.byteLength. Never throws.',
      ),
      body: [
        `if (!(end - p >= ${header.size})) return ErrorCode.SHORT_HEADER;`,
        ...table(dialect, (ident) => `return ${ident}.check(view, p, end);`, [
          `return header.check(view, p, end) || ${otherCode(dialect)};`,
        ]),
      ],
    }),
    fn({
      name: 'decode',
      parameters: VIEW_END,
      returns: 'AnyMessage | WireError',
      doc: doc('Reads bytes p..end-1 into the object form of whatever message is there.'),
      body: [
        `if (!(end - p >= ${header.size})) return describe(view, p, end, ErrorCode.SHORT_HEADER);`,
        ...table(dialect, (ident) => `return ${ident}.decode(view, p, end);`, [
          'return describe(view, p, end, check(view, p, end));',
        ]),
      ],
    }),
    decodeExact('AnyMessage'),
    describe(dialect),
    expectedId(dialect),
  ];
}

/** The code of a message that is whole but has no module of its own. */
function otherCode({ ambiguous, header }: DialectModel): string {
  const shared = [...ambiguous.keys()].map((key) => `(${header.key.ofView}) === ${hex(key)}`);
  return shared.length === 0
    ? 'ErrorCode.UNKNOWN_ID'
    : `(${shared.join(' || ')} ? ErrorCode.AMBIGUOUS : ErrorCode.UNKNOWN_ID)`;
}

/** A switch over all bodies that calls into one module each. */
function table(
  { header, dispatched }: DialectModel,
  call: (ident: string) => string,
  otherwise: readonly string[],
): string[] {
  return [
    `switch (${header.key.ofView}) {`,
    ...dispatched.flatMap((body) => [`  case ${hex(body.key)}:`, `    ${call(body.ident)}`]),
    '  default:',
    ...otherwise.map((line) => `    ${line}`),
    '}',
  ];
}

function describe(dialect: DialectModel): Statement {
  const { header, ambiguous } = dialect;
  const { id } = header;
  const where = `'${id.ir.name}', ${id.ir.offset}`;
  const got = loadAtom(id.ir.type, 'p', id.ir.offset);
  const shared = [...ambiguous].flatMap(([key, bodies]) => {
    const names = bodies.map(({ name }) => name).join(', ');
    return when([`(${header.key.ofView}) === ${hex(key)}`], `return ambiguous(${where}, '${names}', ${got});`, 108).map(
      (line) => `    ${line}`,
    );
  });
  return fn({
    name: 'describe',
    parameters: [...VIEW_END, { name: 'code', type: 'number' }],
    returns: 'WireError',
    doc: doc('The error check or a stream handler was given a code for, with field, offset and numbers.'),
    body: [
      // The first four codes are about the header, which may not even be there to be told apart by.
      'if (code <= ErrorCode.FRAME_SIZE) return header.describe(view, p, end, code);',
      ...(shared.length === 0 ? [] : ['if (code === ErrorCode.AMBIGUOUS) {', ...shared, '}']),
      ...table(dialect, (ident) => `return ${ident}.describe(view, p, end, code);`, [
        `return unknown_id(${where}, expectedId(${header.type === null ? '0' : loadAtom(header.type.ir.type, 'p', header.type.ir.offset)}), ${got});`,
      ]),
    ],
  });
}

function expectedId({ ir, header }: DialectModel): Statement {
  const { responseBit, typeMask } = ir.framing;
  const sides = responseBit === 0 ? [0] : [0, responseBit];
  // A class within another one has its type bits, and goes by the name of that one.
  const distinct = ir.classes.filter(({ type }, i) => ir.classes.findIndex((c) => c.type === type) === i);
  const cases = distinct.flatMap(({ name, type }) =>
    sides.flatMap((side) => [`  case ${type | side}:`, `    return 'a ${name} ${sideName(side)} id';`]),
  );
  const other = `a type 0x\${(type & ${typeMask & ~responseBit}).toString(16)}`;
  return fn({
    name: 'expectedId',
    parameters: [{ name: 'type', type: 'number' }],
    returns: 'string',
    exported: false,
    doc: 'What kind of id the type bits ask for.',
    body: [
      `switch (${typeBits(header, 'type')}) {`,
      ...cases,
      '  default:',
      responseBit === 0
        ? `    return \`${other} ${sideName(0)} id\`;`
        : `    return \`${other} \${(type & ${responseBit}) === 0 ? '${sideName(0)}' : '${sideName(responseBit)}'} id\`;`,
      '}',
    ],
  });
}

const sideName = (responseBit: number): string => (responseBit === 0 ? 'request or event' : 'response');
