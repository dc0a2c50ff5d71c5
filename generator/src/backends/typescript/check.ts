import type { BodyModel } from './body-model.js';
import { wrap } from './docs.js';
import { hex, load, loadAtom } from './expressions.js';
import type { HeaderModel } from './header-model.js';
import { a, when } from './lines.js';
import { fn, type Statement, VIEW_END } from './render.js';
import { tailAgainstRoom } from './tail.js';

/** The size of the message at `p`, from its header or from the framing. */
export const messageSize = (header: HeaderModel): string =>
  header.fixedSize !== null || header.sizeField === null
    ? `${header.fixedSize ?? header.size}`
    : loadAtom(header.sizeField.ir.type, 'p', header.sizeField.ir.offset);

/** Type bits and id of the message at `p`, as `keyOf` folds them. */
export const messageKey = (header: HeaderModel, word = loadWord(header)): string => `${word} & ${hex(header.keyMask)}`;

const loadWord = ({ words }: HeaderModel): string => load(words[0]?.bytes === 4 ? 's32' : 'u16', 'p', 0);

/** The size local of `check`, named so that it hides no reader. */
const sizeName = (body: BodyModel): string => body.local('size');

const ORDER =
  'The first that applies of: short_header, size_below_header, truncated, wrong_message, short_body, short_tail.';
const FIXED_ORDER = 'The first that applies of: short_header, frame_size, wrong_message, short_body, short_tail.';

/** `check`, the gate of a body module, and the slow path that finds out which code applies. */
export function checkFunctions(body: BodyModel): Statement[] {
  const { header } = body;
  const order = header.fixedSize === null ? ORDER : FIXED_ORDER;
  return [
    fn({
      name: 'check',
      parameters: VIEW_END,
      returns: 'number',
      doc: `\n${[
        `Whether bytes p..end-1 begin with ${a(body.name)} whose fields may be read: 0, or an ErrorCode.`,
        ...wrap(`${order} Bytes behind the known content, within the message, are accepted.`),
        'end must not exceed view.byteLength. Never throws.',
      ].join('\n')}`,
      body: header.fixedSize === null ? fastSized(body) : fastFixed(body, header.fixedSize),
    }),
    fn({
      name: 'refuse',
      parameters: VIEW_END,
      returns: 'number',
      exported: false,
      doc: 'Why `check` did not say 0.',
      body: slow(body),
    }),
  ];
}

function fastSized(body: BodyModel): string[] {
  const { header, ir, tail } = body;
  const size = sizeName(body);
  const match = `(${messageKey(header)}) === ${hex(body.key)}`;
  const conditions = [`${size} >= ${ir.minSize}`, `${size} <= end - p`, match];
  if (tail !== null) conditions.push(tailAgainstRoom(tail, size, '<='));
  return [
    `if (end - p >= ${ir.minSize}) {`,
    `  const ${size} = ${messageSize(header)};`,
    ...when(conditions, 'return 0;').map((line) => `  ${line}`),
    '}',
    'return refuse(view, p, end);',
  ];
}

function fastFixed(body: BodyModel, fixedSize: number): string[] {
  const { header, tail } = body;
  const match = `(${messageKey(header)}) === ${hex(body.key)}`;
  const fits = tail === null ? '' : ` && ${tailAgainstRoom(tail, `${fixedSize}`, '<=')}`;
  return [`if (end - p >= ${fixedSize} && ${match}${fits}) return 0;`, 'return refuse(view, p, end);'];
}

/** The header checks every message goes through; `size` names a local that is declared when the header tells it. */
export function headerChecks(header: HeaderModel, size: string): string[] {
  const short = [`if (!(end - p >= ${header.size})) return ErrorCode.SHORT_HEADER;`];
  if (header.fixedSize !== null) return [...short, `if (end - p < ${header.fixedSize}) return ErrorCode.FRAME_SIZE;`];
  return [
    ...short,
    `const ${size} = ${messageSize(header)};`,
    `if (${size} < ${header.size}) return ErrorCode.SIZE_BELOW_HEADER;`,
    `if (${size} > end - p) return ErrorCode.TRUNCATED;`,
  ];
}

/** Conditions after the header checks, with the code each stands for. */
export function bodyChecks(body: BodyModel, size: string): { readonly when: string; readonly code: string }[] {
  const { header, ir, tail } = body;
  const fixed = header.fixedSize;
  const checks = [];
  if (fixed === null && ir.minSize > header.size) checks.push({ when: `${size} < ${ir.minSize}`, code: 'SHORT_BODY' });
  if (tail !== null)
    checks.push({ when: tailAgainstRoom(tail, fixed === null ? size : `${fixed}`, '>'), code: 'SHORT_TAIL' });
  return checks;
}

function slow(body: BodyModel): string[] {
  const { header } = body;
  const size = sizeName(body);
  return [
    ...headerChecks(header, size),
    `if ((${messageKey(header)}) !== ${hex(body.key)}) return ErrorCode.WRONG_MESSAGE;`,
    ...bodyChecks(body, size).map(({ when, code }) => `if (${when}) return ErrorCode.${code};`),
    'return 0;',
  ];
}
