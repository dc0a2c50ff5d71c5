import { bodyChecks, headerChecks, messageKey } from './check.js';
import { comment, doc } from './docs.js';
import { hex, loadAtom } from './expressions.js';
import { when } from './lines.js';
import { fn, importAll, importNames, type Statement, VIEW_END } from './render.js';
import type { DialectModel } from './view-model.js';

/** `message.ts`: whatever message is there, told apart by type and id. */
export function messageFile(dialect: DialectModel): Statement[] {
  const { bodies, dispatched, ambiguous, support, header } = dialect;
  const imports = ['ErrorCode', 'type WireError', 'unknown_id', ...(ambiguous.size === 0 ? [] : ['ambiguous'])];
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
      body: [...headerChecks(header, 'size'), ...checkSwitch(dialect)],
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
    describe(dialect),
    expectedId(dialect),
  ];
}

function checkSwitch({ header, dispatched, ambiguous }: DialectModel): string[] {
  const cases = dispatched.flatMap((body) => {
    const checks = bodyChecks(body, 'size').map(
      ({ when: condition, code }) => `  if (${condition}) return ErrorCode.${code};`,
    );
    return [`case ${hex(body.key)}: // ${body.name}`, ...checks, '  return 0;'];
  });
  const shared = [...ambiguous.keys()].map((key) => `case ${hex(key)}:`);
  if (shared.length > 0) cases.push(...shared, '  return ErrorCode.AMBIGUOUS;');
  return [
    `switch (${messageKey(header)}) {`,
    ...cases.map((line) => `  ${line}`),
    '  default:',
    '    return ErrorCode.UNKNOWN_ID;',
    '}',
  ];
}

/** A switch over all bodies that calls into one module each. */
function table(
  { header, dispatched }: DialectModel,
  call: (ident: string) => string,
  otherwise: readonly string[],
): string[] {
  return [
    `switch (${messageKey(header)}) {`,
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
    return when(
      [`(${messageKey(header)}) === ${hex(key)}`],
      `return ambiguous(${where}, '${names}', ${got});`,
      108,
    ).map((line) => `    ${line}`);
  });
  return fn({
    name: 'describe',
    parameters: [...VIEW_END, { name: 'code', type: 'number' }],
    returns: 'WireError',
    doc: doc('The error check or a stream handler was given a code for, with field, offset and numbers.'),
    body: [
      'switch (code) {',
      '  case ErrorCode.SHORT_HEADER:',
      '  case ErrorCode.SIZE_BELOW_HEADER:',
      '  case ErrorCode.TRUNCATED:',
      '  case ErrorCode.FRAME_SIZE:',
      '    return header.describe(view, p, end, code);',
      ...(shared.length === 0 ? [] : ['  case ErrorCode.AMBIGUOUS:', ...shared, '    break;']),
      '}',
      ...table(dialect, (ident) => `return ${ident}.describe(view, p, end, code);`, [
        `return unknown_id(${where}, expectedId(${messageKey(header)}), ${got});`,
      ]),
    ],
  });
}

function expectedId({ ir, header }: DialectModel): Statement {
  const { typeMask, responseBit } = ir.framing;
  const shift = header.type?.shift ?? 0;
  const cases = ir.classes.flatMap(({ name, type }) => {
    const kinds =
      responseBit === 0
        ? [['message', type] as const]
        : ([
            ['request or event', type],
            ['response', type | responseBit],
          ] as const);
    return kinds.map(([kind, value]) => [
      `  case ${hex((value & typeMask) << shift)}:`,
      `    return 'a ${name} ${kind} id';`,
    ]);
  });
  const known = header.type === null ? cases.slice(0, 1) : cases;
  return fn({
    name: 'expectedId',
    parameters: [{ name: 'key', type: 'number' }],
    returns: 'string',
    exported: false,
    doc: 'What kind of id the type bits ask for.',
    body: [
      `switch (key & ${hex(typeMask << shift)}) {`,
      ...known.flat(),
      '  default:',
      "    return 'an id of this dialect';",
      '}',
    ],
  });
}
