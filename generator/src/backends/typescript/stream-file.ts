import { hexId } from '../../ir/spell-id.js';
import type { BodyModel } from './body-model.js';
import { bodyChecks } from './check.js';
import { doc } from './docs.js';
import { hex } from './expressions.js';
import type { HeaderModel } from './header-model.js';
import { inWord, pickField, wordLoad } from './header-word.js';
import { fn, iface, importNames, type Parameter, type Property, type Statement } from './render.js';
import type { DialectModel } from './view-model.js';

/** `stream.ts`: the loop over a run of messages, with its switch and all checks inline. */
export function streamFile(dialect: DialectModel): Statement[] {
  const { header, dispatched, support } = dialect;
  return [
    importNames(support, ['ErrorCode']),
    iface('Handler', doc(HANDLER_DOC), [...dispatched.map((body) => method(header, body)), errorMethod(header)]),
    IGNORE,
    fn({
      name: 'handler',
      parameters: [{ name: 'partial', type: 'Partial<Handler>' }],
      returns: 'Handler',
      doc: doc(
        'A complete handler from the functions given; the others do nothing.',
        'All handlers made here have one hidden class, so that the loop stays fast with any of them.',
      ),
      body: [
        'return {',
        ...dispatched.map(({ ident }) => `  ${ident}: partial.${ident} ?? ignore,`),
        '  error: partial.error ?? ignore,',
        '};',
      ],
    }),
    decodeStream(dialect),
  ];
}

const HANDLER_DOC =
  'One function per message body, called with its position and its header words; the body has been checked. ' +
  'Functions are called without their object: keep state in an object that they share, not in `this`.';

const method = (header: HeaderModel, body: BodyModel): Property => ({
  name: body.ident,
  type: `(view: DataView, p: number, ${header.words.map(({ name }) => `${name}: number`).join(', ')}) => void`,
  doc: '',
  readonly: true,
});

const errorMethod = ({ fixedSize }: HeaderModel): Property => ({
  name: 'error',
  type: '(view: DataView, p: number, code: number, end: number) => void',
  doc: doc(
    'A message that was refused, with its ErrorCode; message.describe(view, p, end, code) tells more.',
    fixedSize === null
      ? 'After short_header, size_below_header and truncated the loop stops at p.'
      : 'After short_header and frame_size the loop stops at p.',
  ),
  readonly: true,
});

const IGNORE = 'const ignore = (): void => {};';

const PARAMETERS: readonly Parameter[] = [
  { name: 'view', type: 'DataView' },
  { name: 'p', type: 'number' },
  { name: 'end', type: 'number' },
  { name: 'handler', type: 'Handler' },
];

function decodeStream(dialect: DialectModel): Statement {
  const { header, dispatched } = dialect;
  const { fixedSize, sizeField } = header;
  const stop = (code: string): string[] => [`  handler.error(view, p, ErrorCode.${code}, end);`, '  return p;', '}'];
  const sized =
    fixedSize === null && sizeField !== null
      ? [
          `const size = ${pickField(sizeField)};`,
          `if (size < ${header.size}) {`,
          ...stop('SIZE_BELOW_HEADER'),
          'if (size > room) {',
          ...stop('TRUNCATED'),
        ]
      : [];
  const hot = dispatched.filter((body) => body.ir.hot).map(({ ident }) => ident);
  const rest =
    fixedSize === null
      ? 'ErrorCode.SHORT_HEADER'
      : `room < ${header.size} ? ErrorCode.SHORT_HEADER : ErrorCode.FRAME_SIZE`;
  const loop = [
    ...header.words.map((word) => `const ${word.name} = ${wordLoad(word)};`),
    ...sized,
    ...dispatch(dialect),
    `p += ${fixedSize ?? 'size'};`,
    `room -= ${fixedSize ?? 'size'};`,
  ];
  return fn({
    name: 'decodeStream',
    parameters: PARAMETERS,
    returns: 'number',
    doc: doc(
      'Hands every message in bytes p..end-1 to its function and returns the offset of the first byte not consumed.',
      'A message that is unknown or too short goes to handler.error and is skipped by its size; at one whose end cannot be known the loop stops.',
      'Never throws, never allocates, and advances with every turn. end must not exceed view.byteLength.',
    ),
    body: [
      // Loaded once: a property load per message is a tenth of the time of the whole loop.
      ...(hot.length === 0 ? [] : [`const { ${hot.join(', ')} } = handler;`]),
      'let room = end - p;',
      `while (room >= ${fixedSize ?? header.size}) {`,
      ...loop.map((line) => `  ${line}`),
      '}',
      // Node 24 enters a long loop in its middle, with code that has no idea yet of what stands behind the loop, and falls
      // out of that code at a comparison there, at the end of every call. A test for truth needs no such idea.
      '// After whole messages 0 is left, which is not compared: code entered in mid-loop would deoptimise here.',
      `if (room && room > 0) handler.error(view, p, ${rest}, end);`,
      'return p;',
    ],
  });
}

const UNKNOWN = 'code = ErrorCode.UNKNOWN_ID;';
const indent = (lines: readonly string[]): string[] => lines.map((line) => `  ${line}`);

/**
 * Hot bodies in one flat switch, the others by type bits and then by id: a chain over all would be long. Hot bodies report
 * errors on the spot: a code carried to the end of the loop costs every message a tenth of its time.
 */
function dispatch(dialect: DialectModel): string[] {
  const { header, dispatched } = dialect;
  const hot = dispatched.filter((body) => body.ir.hot);
  const rest = [
    'let code: number = ErrorCode.OK;',
    ...byType(dialect),
    'if (code !== ErrorCode.OK) handler.error(view, p, code, end);',
  ];
  if (hot.length === 0) return rest;
  const report = (code: string): string => `handler.error(view, p, ErrorCode.${code}, end);`;
  return [
    `switch (${header.key.ofWords}) {`,
    ...indent(hot.flatMap((body) => dispatchCase(body, hex(body.key), body.ident, header, report))),
    '  default: {',
    ...indent(indent(rest)),
    '  }',
    '}',
  ];
}

function byType(dialect: DialectModel): string[] {
  const { header, dispatched, ambiguous } = dialect;
  const groups = new Map<number, string[]>();
  const add = (type: number, lines: readonly string[]): void => {
    groups.set(type, [...(groups.get(type) ?? []), ...lines]);
  };
  for (const body of dispatched) {
    if (!body.ir.hot) add(body.ir.type, dispatchCase(body, hexId(body.ir.id), `handler.${body.ident}`, header));
  }
  for (const [body] of ambiguous.values()) {
    if (body !== undefined)
      add(body.ir.type, [`case ${hexId(body.ir.id)}:`, '  code = ErrorCode.AMBIGUOUS;', '  break;']);
  }
  const inner = (lines: readonly string[]): string[] => [
    `switch (${pickField(header.id)}) {`,
    ...indent(lines),
    '  default:',
    `    ${UNKNOWN}`,
    '}',
  ];
  const { type: field } = header;
  if (field === null || header.typeMask === 0) return inner([...groups.values()].flat());
  // Compared where the bits stand in their word, which saves the shift.
  return [
    `switch (${field.word.name} & ${hex(inWord(field, header.typeMask))}) {`,
    ...[...groups]
      .sort(([a], [b]) => a - b)
      .flatMap(([type, lines]) => [
        `  case ${hex(inWord(field, type))}:`,
        ...indent(indent(inner(lines))),
        '    break;',
      ]),
    '  default:',
    `    ${UNKNOWN}`,
    '}',
  ];
}

const later = (code: string): string => `code = ErrorCode.${code};`;

function dispatchCase(body: BodyModel, key: string, target: string, header: HeaderModel, report = later): string[] {
  const lines = bodyChecks(body, 'size').map(
    ({ when, code }, i) => `${i === 0 ? '' : 'else '}if (${when}) ${report(code)}`,
  );
  const call = `${lines.length === 0 ? '' : 'else '}${target}(view, p, ${header.wordNames});`;
  return [`case ${key}:`, ...indent([...lines, call]), '  break;'];
}
