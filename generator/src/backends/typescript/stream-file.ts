import type { BodyModel } from './body-model.js';
import { bodyChecks } from './check.js';
import { doc } from './docs.js';
import { hex } from './expressions.js';
import { pickField, wordLoad } from './header-file.js';
import type { HeaderModel } from './header-model.js';
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
  'Functions are called without their object: use closures, not `this`.';

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
          'if (size > end - p) {',
          ...stop('TRUNCATED'),
        ]
      : [];
  const hot = dispatched.filter((body) => body.ir.hot).map(({ ident }) => ident);
  const loop = [
    ...header.words.map((word) => `const ${word.name} = ${wordLoad(word)};`),
    ...sized,
    ...dispatch(dialect),
    `p += ${fixedSize ?? 'size'};`,
  ];
  const rest =
    fixedSize === null
      ? 'ErrorCode.SHORT_HEADER'
      : `end - p < ${header.size} ? ErrorCode.SHORT_HEADER : ErrorCode.FRAME_SIZE`;
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
      `const last = end - ${fixedSize ?? header.size};`,
      'while (p <= last) {',
      ...loop.map((line) => `  ${line}`),
      '}',
      `if (p < end) handler.error(view, p, ${rest}, end);`,
      'return p;',
    ],
  });
}

const UNKNOWN = 'handler.error(view, p, ErrorCode.UNKNOWN_ID, end);';
const indent = (lines: readonly string[]): string[] => lines.map((line) => `  ${line}`);

/** Hot bodies in one flat switch, the others by type bits and then by id: a chain over all would be long. */
function dispatch(dialect: DialectModel): string[] {
  const { header, dispatched } = dialect;
  const hot = dispatched.filter((body) => body.ir.hot);
  const rest = byType(dialect);
  if (hot.length === 0) return rest;
  return [
    `switch (w0 & ${hex(header.keyMask)}) {`,
    ...indent(hot.flatMap((body) => dispatchCase(header, body, hex(body.key), body.ident))),
    '  default:',
    ...indent(indent(rest)),
    '}',
  ];
}

function byType(dialect: DialectModel): string[] {
  const { header, dispatched, ambiguous, ir } = dialect;
  const shift = header.type?.shift ?? 0;
  const typeMask = header.type === null ? 0 : ir.framing.typeMask << shift;
  const groups = new Map<number, string[]>();
  const add = (key: number, lines: string[]): void => {
    const group = groups.get(key & typeMask) ?? [];
    groups.set(key & typeMask, group);
    group.push(...lines);
  };
  for (const body of dispatched) {
    if (!body.ir.hot) add(body.key, dispatchCase(header, body, hexId(body.ir.id), `handler.${body.ident}`));
  }
  for (const [key, bodies] of ambiguous) {
    add(key, [
      `case ${hexId(bodies[0]?.ir.id ?? 0)}:`,
      '  handler.error(view, p, ErrorCode.AMBIGUOUS, end);',
      '  break;',
    ]);
  }
  const id = `switch (${pickField(header.id)}) {`;
  const inner = (lines: readonly string[]): string[] => [id, ...indent(lines), '  default:', `    ${UNKNOWN}`, '}'];
  if (typeMask === 0) return inner([...groups.values()].flat());
  return [
    `switch (w0 & ${hex(typeMask)}) {`,
    ...[...groups]
      .sort(([a], [b]) => a - b)
      .flatMap(([key, lines]) => [`  case ${hex(key)}:`, ...indent(indent(inner(lines))), '    break;']),
    '  default:',
    `    ${UNKNOWN}`,
    '}',
  ];
}

/** Columns left at the depth of the innermost switch. */
const ROOM = 102;

const hexId = (id: number): string => `0x${id.toString(16).padStart(2, '0')}`;

function dispatchCase(header: HeaderModel, body: BodyModel, key: string, target: string): string[] {
  const call = `${target}(view, p, ${header.wordNames});`;
  const lines = bodyChecks(body, 'size').flatMap(({ when, code }, i) => {
    const [head, error] = [`${i === 0 ? '' : 'else '}if (${when})`, `handler.error(view, p, ErrorCode.${code}, end);`];
    return head.length + error.length < ROOM ? [`${head} ${error}`] : [head, `  ${error}`];
  });
  return [`case ${key}:`, ...indent([...lines, `${lines.length === 0 ? '' : 'else '}${call}`]), '  break;'];
}
