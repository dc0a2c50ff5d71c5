import type { BitsIR } from '../../ir/types.js';
import type { ArrayModel, BodyModel, IntModel } from './body-model.js';
import { doc } from './docs.js';
import { argumentsOf } from './encode.js';
import { hex, pick, store } from './expressions.js';
import { fieldInterfaces, fieldsLiteral } from './fields-form.js';
import { a, call, when } from './lines.js';
import { fn, iface, type Statement, VIEW, VIEW_END } from './render.js';
import { contentSize } from './tail.js';

const MESSAGE_DOC =
  'Owned object form. `size` counts header and body; `surplus` is how many of its bytes are not known content.';

/** The owned object form of a body: interfaces, `decode`, `decodeExact` and `encode_message`. */
export const objectForm = (body: BodyModel): Statement[] => [
  ...fieldInterfaces(body),
  iface('Message', doc(MESSAGE_DOC), [
    { name: 'name', type: `'${body.name}'`, doc: '', readonly: true },
    { name: 'class', type: `'${body.ir.class}'`, doc: '', readonly: true },
    { name: 'message', type: `'${body.ir.message}'`, doc: '', readonly: true },
    { name: 'kind', type: `'${body.ir.kind}'`, doc: '', readonly: true },
    { name: 'header', type: 'header.Header', doc: '' },
    { name: 'fields', type: 'Fields', doc: '' },
    { name: 'size', type: 'number', doc: '' },
    { name: 'surplus', type: 'number', doc: '' },
  ]),
  decode(body),
  decodeExact(),
  encodeMessage(body),
];

function decode(body: BodyModel): Statement {
  const code = body.local('code');
  const fields = fieldsLiteral(body);
  return fn({
    name: 'decode',
    parameters: VIEW_END,
    returns: 'Message | WireError',
    doc: doc(
      'Reads bytes p..end-1 into an object; an error where check refuses them. Nothing is allocated before check has passed.',
    ),
    body: [
      `const ${code} = check(view, p, end);`,
      `if (${code} !== 0) return describe(view, p, end, ${code});`,
      ...(fields.length === 0
        ? [`return header.owned(view, p, BODY, {}, ${contentSize(body)});`]
        : [
            'return header.owned(',
            '  view,',
            '  p,',
            '  BODY,',
            '  {',
            ...fields.map((line) => `    ${line}`),
            '  },',
            `  ${contentSize(body)},`,
            ');',
          ]),
    ],
  });
}

/** `decodeExact`, of a body and of a whole dialect. */
export const decodeExact = (message = 'Message'): Statement =>
  fn({
    name: 'decodeExact',
    parameters: VIEW_END,
    returns: `${message} | WireError`,
    doc: doc('Like decode, but bytes of the message behind its known content are an error.'),
    body: ['return exact(decode(view, p, end));'],
  });

function encodeMessage(body: BodyModel): Statement {
  const [h, f, size] = [body.local('h'), body.local('f'), body.local('size')];
  const guards = [`if (!header.fits(${h}, BODY)) return 0;`];
  const patches: string[] = [];
  for (const field of body.fields) {
    if (field.kind === 'int') intRules(body, field, f, guards, patches);
    else if (field.ir.reserved && field.fixed !== null) reservedArray(field, f, guards, patches);
  }
  const args = [
    ...body.header.args.map(({ ir }) => `${h}.${ir.name} ?? 0`),
    ...body.fields.flatMap((field) => argumentsOf(field, 'bigint').map(({ wish }) => argument(body, wish, f))),
  ];
  const usesFields = [...guards, ...patches, ...args].some((line) => line.includes(`${f}.`));
  return fn({
    name: 'encode_message',
    parameters: [
      ...VIEW,
      { name: 'message', type: '{ readonly header: Partial<header.Header>; readonly fields: FieldsInput }' },
    ],
    returns: 'number',
    doc: doc(
      `Writes ${a(body.name)} from its object form. Header values left out are 0, the size is computed, reserved values are written when given.`,
      'Returns the size, or 0 with nothing written when values contradict each other or do not fit in a message.',
    ),
    body: [
      `const ${h} = message.header;`,
      ...(usesFields ? [`const ${f} = message.fields;`] : []),
      ...guards,
      ...call(`const ${size} = `, 'encode', ['view', 'p', ...args]),
      ...(patches.length === 0
        ? [`return header.patch(view, p, ${h}, ${size});`]
        : [`if (header.patch(view, p, ${h}, ${size}) === 0) return 0;`, ...patches, `return ${size};`]),
    ],
  });
}

function intRules(body: BodyModel, field: IntModel, f: string, guards: string[], patches: string[]): void {
  const value = `${f}.${field.ir.name}`;
  const given = `${value} !== undefined`;
  if (field.countsBits) return;
  if (field.ir.reserved || field.ir.bits.some((bits) => bits.reserved)) {
    patches.push(
      `if (${given}) {`,
      ...store(field.ir.type, 'p', field.ir.offset, value).map((line) => `  ${line}`),
      '}',
    );
  }
  for (const { ir } of field.parts) {
    const part = `${f}.${ir.name}`;
    guards.push(...when([given, `${part} !== undefined`, `${part} !== ${partOf(field, value, ir)}`], 'return 0;'));
  }
  if (field.counts !== null && body.tail !== null) {
    const { count, elementSize } = body.tail;
    const length = `${f}.${body.tail.ir.name}.length`;
    const expected = count?.unit === 'bytes' && elementSize > 1 ? `${elementSize} * ${length}` : length;
    guards.push(...when([given, `${value} !== ${expected}`], 'return 0;'));
  }
}

function reservedArray(field: ArrayModel, f: string, guards: string[], patches: string[]): void {
  const value = `${f}.${field.ir.name}`;
  guards.push(`if (${value} !== undefined && ${value}.length > ${field.fixed}) return 0;`);
  if (field.ir.kind === 'bytes') {
    patches.push(`if (${value} !== undefined) copy_bytes(view, p + ${field.ir.offset}, ${value});`);
    return;
  }
  const element = `(${value}?.[i] ?? ${field.ir.type === 'u64' ? '0n' : '0'})`;
  const base = field.elementSize === 1 ? 'p + i' : `p + ${field.elementSize} * i`;
  patches.push(
    `for (let i = 0; i < (${value}?.length ?? 0); i++) {`,
    ...store(field.ir.type, base, field.ir.offset, element).map((line) => `  ${line}`),
    '}',
  );
}

/** A group of bits of a word that was given. */
const partOf = ({ ir }: IntModel, word: string, { lsb, width }: BitsIR): string =>
  ir.type === 'u64' ? `Number((${word} >> ${lsb}n) & ${hex(2 ** width - 1)}n)` : `(${pick(word, lsb, width)})`;

/** A field; where only its word was given, the part cut out of it; where a count of bits was not, all bits of its array. */
function argument(body: BodyModel, name: string, f: string): string {
  for (const field of body.fields) {
    if (field.kind !== 'int') continue;
    if (field.countsBits && field.ir.name === name) return `${f}.${name} ?? 8 * ${f}.${field.counts}.length`;
    const part = field.parts.find(({ ir }) => ir.name === name);
    if (part === undefined) continue;
    const word = `(${f}.${field.ir.name} ?? ${field.ir.type === 'u64' ? '0n' : '0'})`;
    return `${f}.${name} ?? ${partOf(field, word, part.ir)}`;
  }
  return `${f}.${name}`;
}

/** What the object form of a body needs from the support module. */
export function objectImports(body: BodyModel): string[] {
  const reservedBytes = body.fields.some(
    (field) => field.kind === 'bytes' && field.ir.reserved && field.fixed !== null,
  );
  return ['exact', 'type WireError', ...(reservedBytes ? ['copy_bytes'] : [])];
}
