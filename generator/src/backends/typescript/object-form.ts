import type { ArrayModel, BodyModel, IntModel } from './body-model.js';
import { messageSize } from './check.js';
import { doc } from './docs.js';
import { argumentsOf } from './encode.js';
import { pick } from './expressions.js';
import { fieldInterfaces, fieldsLiteral } from './fields-form.js';
import { a, call, when } from './lines.js';
import { fn, iface, type Statement, VIEW, VIEW_END } from './render.js';
import { contentSize } from './tail.js';

const MESSAGE_DOC =
  'Owned object form. `size` counts header and body; `surplus` is how many of its bytes are not known content.';

/** The owned object form of a body: interfaces, `decode`, `decode_exact` and `encode_message`. */
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
  decodeExact(body),
  encodeMessage(body),
];

function decode(body: BodyModel): Statement {
  const code = body.local('code');
  const size = messageSize(body.header);
  const fixed = body.header.fixedSize !== null;
  const content = contentSize(body);
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
      `if (${code} !== ErrorCode.OK) return describe(view, p, end, ${code});`,
      'return {',
      `  name: '${body.name}',`,
      '  class: CLASS,',
      '  message: MESSAGE,',
      '  kind: KIND,',
      '  header: header.read(view, p),',
      ...(fields.length === 0 ? ['  fields: {},'] : ['  fields: {', ...fields.map((line) => `    ${line}`), '  },']),
      `  size: ${size},`,
      `  surplus: ${fixed ? '0' : `${size} - ${body.tail === null ? content : `(${content})`}`},`,
      '};',
    ],
  });
}

function decodeExact(body: BodyModel): Statement {
  const message = body.local('message');
  return fn({
    name: 'decode_exact',
    parameters: VIEW_END,
    returns: 'Message | WireError',
    doc: doc('Like decode, but bytes of the message behind its known content are an error.'),
    body: [
      `const ${message} = decode(view, p, end);`,
      `if (isWireError(${message}) || ${message}.surplus === 0) return ${message};`,
      'return describe(view, p, end, ErrorCode.SURPLUS);',
    ],
  });
}

function encodeMessage(body: BodyModel): Statement {
  const [h, f, size] = [body.local('h'), body.local('f'), body.local('size')];
  const guards: string[] = [];
  const patches: string[] = [];
  headerRules(body, h, guards, patches);
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
      ...call(patches.length === 0 ? 'return ' : `const ${size} = `, 'encode', ['view', 'p', ...args]),
      ...(patches.length === 0 ? [] : [`if (${size} === 0) return 0;`, ...patches, `return ${size};`]),
    ],
  });
}

function headerRules({ header, ir }: BodyModel, h: string, guards: string[], patches: string[]): void {
  const given = (name: string): string => `${h}.${name} !== undefined`;
  if (header.type !== null) {
    const { name } = header.type.ir;
    const bits = (header.keyMask >>> header.type.shift) & (2 ** header.type.width - 1);
    guards.push(`if (${given(name)} && (${h}.${name} & ${bits}) !== TYPE) return 0;`);
    patches.push(`if (${given(name)}) header.set_${header.type.name}(view, p, ${h}.${name});`);
  }
  guards.push(`if (${given(header.id.ir.name)} && ${h}.${header.id.ir.name} !== ${ir.id}) return 0;`);
  for (const { ir: field, name } of header.fields) {
    if (field.reserved) patches.push(`if (${given(field.name)}) header.set_${name}(view, p, ${h}.${field.name});`);
  }
}

function intRules(body: BodyModel, field: IntModel, f: string, guards: string[], patches: string[]): void {
  const value = `${f}.${field.ir.name}`;
  const given = `${value} !== undefined`;
  if (field.countsBits) return;
  if (field.ir.reserved || field.parts.length > 0 || field.counts !== null) {
    patches.push(...when([given], `${field.setter}(view, p, ${value});`));
  }
  for (const { ir } of field.parts) {
    const part = `${f}.${ir.name}`;
    guards.push(
      ...when([given, `${part} !== undefined`, `${part} !== (${pick(value, ir.lsb, ir.width)})`], 'return 0;'),
    );
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
  const zero = field.ir.kind === 'ints' && field.ir.type === 'u64' ? '0n' : '0';
  patches.push(
    field.ir.kind === 'bytes'
      ? `if (${value} !== undefined) copy_bytes(view, p + ${field.ir.offset}, ${value});`
      : `for (let i = 0; i < (${value}?.length ?? 0); i++) ${field.derived.set_at}(view, p, i, ${value}?.[i] ?? ${zero});`,
  );
}

/** A field; where only its word was given, the part cut out of it; where a count of bits was not, all bits of its array. */
function argument(body: BodyModel, name: string, f: string): string {
  for (const field of body.fields) {
    if (field.kind === 'int' && field.countsBits && field.ir.name === name)
      return `${f}.${name} ?? 8 * ${f}.${field.counts}.length`;
    const part = field.kind === 'int' ? field.parts.find(({ ir }) => ir.name === name) : undefined;
    if (part !== undefined)
      return `${f}.${name} ?? (${pick(`(${f}.${field.ir.name} ?? 0)`, part.ir.lsb, part.ir.width)})`;
  }
  return `${f}.${name}`;
}

/** What the object form of a body needs from the support module. */
export function objectImports(body: BodyModel): string[] {
  const reservedBytes = body.fields.some(
    (field) => field.kind === 'bytes' && field.ir.reserved && field.fixed !== null,
  );
  return ['ErrorCode', 'isWireError', 'type WireError', ...(reservedBytes ? ['copy_bytes'] : [])];
}
