import type { BodyModel } from './body-model.js';
import { doc, wrap } from './docs.js';
import { hex, loadAtom } from './expressions.js';
import type { HeaderModel } from './header-model.js';
import { a, when } from './lines.js';
import { fn, type Statement, VIEW_END } from './render.js';
import { tailAgainstRoom } from './tail.js';

/** The size of the message at `p`, from its header or from the framing. */
export const messageSize = (header: HeaderModel): string =>
  header.fixedSize !== null || header.sizeField === null
    ? `${header.fixedSize ?? header.size}`
    : loadAtom(header.sizeField.ir.type, 'p', header.sizeField.ir.offset);

const ORDER =
  'The first that applies of: short_header, size_below_header, truncated, wrong_message, short_body, short_tail.';
const FIXED_ORDER = 'The first that applies of: short_header, frame_size, wrong_message.';

/** `check`, the gate of a body module. Which code applies is found out in the header module, away from the fast path. */
export function checkBody(body: BodyModel): Statement {
  const { header } = body;
  const order = header.fixedSize === null ? ORDER : FIXED_ORDER;
  return fn({
    name: 'check',
    parameters: VIEW_END,
    returns: 'number',
    doc: `\n${[
      `Whether bytes p..end-1 begin with ${a(body.name)} whose fields may be read: 0, or an ErrorCode.`,
      ...wrap(`${order} Bytes behind the known content, within the message, are accepted.`),
      'end must not exceed view.byteLength. Never throws.',
    ].join('\n')}`,
    body: header.fixedSize === null ? checkSized(body) : checkFixed(body, header.fixedSize),
  });
}

function checkSized(body: BodyModel): string[] {
  const { header, ir, tail } = body;
  const match = `(${header.key.ofView}) === ${hex(body.key)}`;
  const wanted = `view, p, end, ${hex(body.key)}, ${ir.minSize}`;
  if (tail === null) {
    // One comparison with the size every sender writes takes the place of two with the bounds of what is accepted.
    const usual = [`end - p >= ${ir.minSize}`, match, `${messageSize(header)} === ${ir.minSize}`];
    return [...when(usual, 'return 0;'), `return header.check_body(${wanted});`];
  }
  const size = body.local('size');
  const conditions = [`${size} >= ${ir.minSize}`, `${size} <= end - p`, match, tailAgainstRoom(tail, size, '<=')];
  return [
    `if (end - p >= ${ir.minSize}) {`,
    `  const ${size} = ${messageSize(header)};`,
    ...when(conditions, 'return 0;').map((line) => `  ${line}`),
    '}',
    `return header.refuse(${wanted});`,
  ];
}

const checkFixed = ({ header, key }: BodyModel, fixedSize: number): string[] => [
  `if (end - p >= ${fixedSize} && (${header.key.ofView}) === ${hex(key)}) return 0;`,
  'return header.refuse(view, p, end);',
];

/** `check`, `check_body` and `refuse` of the header module. */
export function checkHeader(header: HeaderModel): Statement[] {
  const { fixedSize } = header;
  const short = `if (!(end - p >= ${header.size})) return ErrorCode.SHORT_HEADER;`;
  return [
    fn({
      name: 'check',
      parameters: VIEW_END,
      returns: 'number',
      doc: doc('Whether bytes p..end-1 hold a whole message, whatever its type and id: 0, or an ErrorCode.'),
      body: [
        short,
        ...(fixedSize === null
          ? [
              `const size = ${messageSize(header)};`,
              `if (size < ${header.size}) return ErrorCode.SIZE_BELOW_HEADER;`,
              'return size > end - p ? ErrorCode.TRUNCATED : 0;',
            ]
          : [`return end - p < ${fixedSize} ? ErrorCode.FRAME_SIZE : 0;`]),
      ],
    }),
    ...(fixedSize === null ? sizedChecks(header) : [fixedRefusal()]),
  ];
}

function sizedChecks(header: HeaderModel): Statement[] {
  const parameters = [...VIEW_END, { name: 'key', type: 'number' }, { name: 'minSize', type: 'number' }];
  return [
    fn({
      name: 'check_body',
      parameters,
      returns: 'number',
      doc: doc(
        'Whether bytes p..end-1 hold a whole message with the type bits and id of `key`, of minSize bytes or more: 0, or an ErrorCode.',
      ),
      body: [
        'const code = check(view, p, end);',
        'if (code !== 0) return code;',
        `if ((${header.key.ofView}) !== key) return ErrorCode.WRONG_MESSAGE;`,
        `return ${messageSize(header)} < minSize ? ErrorCode.SHORT_BODY : 0;`,
      ],
    }),
    fn({
      name: 'refuse',
      parameters,
      returns: 'number',
      doc: doc(
        'Which ErrorCode applies to bytes that are not the body asked for.',
        'To be called only then: a short tail is what remains when nothing else is wrong.',
      ),
      body: ['return check_body(view, p, end, key, minSize) || ErrorCode.SHORT_TAIL;'],
    }),
  ];
}

const fixedRefusal = (): Statement =>
  fn({
    name: 'refuse',
    parameters: VIEW_END,
    returns: 'number',
    doc: 'Which ErrorCode applies to bytes that are not the body asked for.',
    body: ['return check(view, p, end) || ErrorCode.WRONG_MESSAGE;'],
  });

/** Conditions after the header checks, with the code each stands for. */
export function bodyChecks(body: BodyModel, size: string): { readonly when: string; readonly code: string }[] {
  const { header, ir, tail } = body;
  if (header.fixedSize !== null) return [];
  const checks = [];
  if (ir.minSize > header.size) checks.push({ when: `${size} < ${ir.minSize}`, code: 'SHORT_BODY' });
  if (tail !== null) checks.push({ when: tailAgainstRoom(tail, size, '>'), code: 'SHORT_TAIL' });
  return checks;
}
