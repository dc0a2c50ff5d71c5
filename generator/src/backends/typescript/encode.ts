import type { ArrayModel, BodyModel, FieldModel, IntModel } from './body-model.js';
import { fieldSize } from './body-model.js';
import { doc } from './docs.js';
import { halfOf, hex, put, store, storeZero } from './expressions.js';
import { inWord, putField } from './header-word.js';
import { call } from './lines.js';
import { Names } from './names.js';
import { fn, type Parameter, type Statement, VIEW } from './render.js';

/** How `encode`, `encode_lohi` and `encode_number` take a u64. */
type U64 = 'bigint' | 'lohi' | 'number';

interface Plan {
  readonly mode: U64;
  readonly parameters: Parameter[];
  /** Parameter names by field, bit group or header field. */
  readonly names: Map<object, readonly string[]>;
  readonly fresh: (wish: string) => string;
}

/** `encode`, and for bodies with a u64 the two forms that need no bigint. */
export function encoders(body: BodyModel): Statement[] {
  const forms: { name: string; mode: U64; remark: string }[] = [{ name: 'encode', mode: 'bigint', remark: '' }];
  if (body.hasU64) {
    forms.push(
      { name: 'encode_lohi', mode: 'lohi', remark: 'Every u64 is given as its low and high 32 bits.' },
      { name: 'encode_number', mode: 'number', remark: 'Every u64 is given as a number, 0..Number.MAX_SAFE_INTEGER.' },
    );
  }
  return forms.map(({ name, mode, remark }) => {
    const plan = planOf(body, mode);
    const size = body.size === null ? `${body.ir.minSize} bytes and more` : `${body.size} bytes`;
    const returns = cannotFail(body, mode)
      ? 'Returns the size.'
      : 'Returns the size, or 0 with nothing written when the values do not fit in a message.';
    return fn({
      name,
      parameters: [...VIEW, ...plan.parameters],
      returns: 'number',
      doc: doc(
        `Writes a whole ${body.name} at p: ${size}, reserved fields 0, numbers cut to their width.`,
        remark,
        `${returns} A view without room throws a RangeError.`,
      ),
      body: mode === 'number' ? numberText(body, plan) : bodyText(body, plan),
    });
  });
}

const cannotFail = (body: BodyModel, mode: U64): boolean =>
  body.tail === null && !(mode === 'number') && body.fields.every((field) => field.kind === 'int' || field.ir.reserved);

/** Parameters of one field in order; none for reserved fields and for counts that follow from their array. */
export function argumentsOf(
  field: FieldModel,
  mode: U64,
): { readonly of: object; readonly wish: string; readonly type: string }[] {
  const { ir } = field;
  if (field.kind !== 'int') {
    const type = ir.kind === 'ints' ? `ArrayLike<${ir.type === 'u64' ? 'bigint' : 'number'}>` : 'Uint8Array';
    return ir.reserved && field.fixed !== null ? [] : [{ of: field, wish: ir.name, type }];
  }
  if (ir.reserved || (field.counts !== null && !field.countsBits)) return [];
  if (field.parts.length > 0) return field.parts.map((part) => ({ of: part, wish: part.ir.name, type: 'number' }));
  if (field.ir.type !== 'u64') return [{ of: field, wish: ir.name, type: 'number' }];
  if (mode === 'lohi') return ['lo', 'hi'].map((half) => ({ of: field, wish: `${ir.name}_${half}`, type: 'number' }));
  return [{ of: field, wish: ir.name, type: mode }];
}

function planOf(body: BodyModel, mode: U64): Plan {
  const scope = new Names(['view', 'p', 'i', 'copy_bytes', 'fill_zero', 'encode_lohi', 'Math', 'Number', 'undefined']);
  const names = new Map<object, readonly string[]>();
  const parameters: Parameter[] = [];
  const add = (of: object, wish: string, type: string): void => {
    const name = scope.claim(wish);
    names.set(of, [...(names.get(of) ?? []), name]);
    parameters.push({ name, type });
  };
  for (const arg of body.header.args) add(arg, arg.ir.name, 'number');
  for (const field of body.fields) {
    for (const { of, wish, type } of argumentsOf(field, mode)) add(of, wish, type);
  }
  return { mode, parameters, names, fresh: (wish) => scope.claim(wish) };
}

/** `encode_number` splits its numbers and leaves the rest to `encode_lohi`. */
function numberText(body: BodyModel, { parameters, names }: Plan): string[] {
  const wide = body.fields.filter((field) => field.kind === 'int' && field.ir.type === 'u64');
  const split = new Set(wide.flatMap((field) => names.get(field) ?? []));
  return [
    ...[...split].map((name) => `if (!(${name} >= 0 && ${name} <= Number.MAX_SAFE_INTEGER)) return 0;`),
    ...call('return ', 'encode_lohi', [
      'view',
      'p',
      ...parameters.flatMap(({ name }) => (split.has(name) ? [name, `${name} / 4294967296`] : [name])),
    ]),
  ];
}

function bodyText(body: BodyModel, plan: Plan): string[] {
  const lines: string[] = [];
  const count = body.tail === null ? null : plan.fresh('n');
  const size = body.size === null ? plan.fresh('size') : `${body.size}`;
  for (const field of body.fields) lines.push(...guard(body, field, plan, count));
  if (body.size === null && body.tail !== null) {
    const scale = body.tail.elementSize === 1 ? `${count}` : `${body.tail.elementSize} * ${count}`;
    lines.push(`const ${size} = ${body.fixedEnd} + ${scale};`);
  }
  lines.push(...headerStores(body, plan, size));
  for (const field of body.fields) lines.push(...fieldStores(body, field, plan, count));
  lines.push(...frameFill(body, count));
  return [...lines, `return ${size};`];
}

/** Everything that can make a message impossible is found before the first byte is written. */
function guard(body: BodyModel, field: FieldModel, plan: Plan, count: string | null): string[] {
  const [name] = plan.names.get(field) ?? [];
  if (name === undefined || field.kind === 'int') return [];
  if (field === body.tail) {
    const bits = body.fields.find((other) => other.kind === 'int' && other.countsBits);
    const stated = bits === undefined ? undefined : plan.names.get(bits)?.[0];
    const agrees = stated === undefined ? '' : ` || ${count} !== Math.ceil(${stated} / 8)`;
    return [`const ${count} = ${name}.length;`, `if (${count} > ${body.capacity}${agrees}) return 0;`];
  }
  return [`if (${name}.length > ${field.fixed}) return 0;`];
}

/** One 32-bit store per header word, with everything constant folded into one literal. */
function headerStores({ header, ir }: BodyModel, plan: Plan, size: string): string[] {
  return header.words.flatMap((word) => {
    let constant = 0;
    const terms: string[] = [];
    for (const field of header.fields.filter((other) => other.word === word)) {
      const name = plan.names.get(field)?.[0];
      if (field === header.type) constant |= inWord(field, ir.type);
      else if (field === header.id) constant |= inWord(field, ir.id);
      else if (field === header.sizeField && /^\d+$/.test(size)) constant |= inWord(field, Number(size));
      else if (field === header.sizeField) terms.push(putField(field, size));
      else if (name !== undefined) terms.push(putField(field, name));
    }
    const literal = constant === 0 && terms.length > 0 ? [] : [hex(constant >>> 0)];
    return store(
      typeOf(word.bytes),
      'p',
      word.offset,
      [...literal, ...terms].join(' | ').replace(/^\((.*)\)$/, unwrap),
    );
  });
}

const typeOf = (bytes: number): 'u8' | 'u16' | 'u24' | 'u32' =>
  bytes === 4 ? 'u32' : bytes === 3 ? 'u24' : bytes === 2 ? 'u16' : 'u8';

// Outer parentheses go only where one pair encloses the whole expression.
function unwrap(whole: string, inner: string): string {
  let depth = 0;
  for (const c of inner) {
    if (c === '(') depth++;
    else if (c === ')' && --depth < 0) return whole;
  }
  return inner;
}

function fieldStores(body: BodyModel, field: FieldModel, plan: Plan, count: string | null): string[] {
  const names = plan.names.get(field) ?? [];
  if (field.kind !== 'int') return arrayStores(body, field, names[0], count);
  const { type, offset } = field.ir;
  if (field.counts !== null && !field.countsBits) return store(type, 'p', offset, countValue(body.tail, count));
  if (field.ir.reserved) return storeZero(type, 'p', offset);
  if (field.parts.length > 0) {
    const halves = type === 'u64' ? [0, 32].map((lsb) => halfOf(type, offset, lsb)) : [{ type, offset }];
    return halves.flatMap((half) => store(half.type, 'p', half.offset, wordOf(field, plan, half.offset)));
  }
  if (type === 'u64' && plan.mode !== 'bigint') {
    return [...store('u32', 'p', offset, names[0] ?? '0'), ...store('u32', 'p', offset + 4, names[1] ?? '0')];
  }
  return store(type, 'p', offset, names[0] ?? '0');
}

function countValue(tail: ArrayModel | null, count: string | null): string {
  return tail?.count?.unit === 'bytes' && tail.elementSize > 1 ? `${tail.elementSize} * ${count}` : `${count}`;
}

/** The bit groups of an integer, or of the half of a u64 at `offset`. */
function wordOf(field: IntModel, plan: Plan, offset: number): string {
  const terms = field.parts.flatMap((part) => {
    const half = halfOf(field.ir.type, field.ir.offset, part.ir.lsb);
    return half.offset === offset ? [put(plan.names.get(part)?.[0] ?? '0', half.lsb, part.ir.width)] : [];
  });
  return terms.length === 0 ? '0' : terms.join(' | ');
}

function arrayStores(body: BodyModel, field: ArrayModel, name: string | undefined, count: string | null): string[] {
  const { offset } = field.ir;
  const end = `p + ${offset + fieldSize(field)}`;
  if (name === undefined) return [`fill_zero(view, p + ${offset}, ${end});`];
  const length = field === body.tail ? `${count}` : `${name}.length`;
  if (field.ir.kind === 'bytes') {
    const copy = `copy_bytes(view, p + ${offset}, ${name});`;
    return field.fixed === null ? [copy] : [copy, `fill_zero(view, p + ${offset} + ${length}, ${end});`];
  }
  const size = field.elementSize;
  const element = field.ir.type === 'u64' ? `${name}[i] ?? 0n` : `${name}[i] ?? 0`;
  const loop = [
    `for (let i = 0; i < ${field.fixed ?? length}; i++) {`,
    ...store(
      field.ir.type,
      size === 1 ? 'p + i' : `p + ${size} * i`,
      offset,
      field.ir.type === 'u24' ? `(${element})` : element,
    ).map((line) => `  ${line}`),
    '}',
  ];
  return loop;
}

/** Bytes of a fixed-size frame behind the known fields are zero. */
function frameFill({ header, fixedEnd, tail }: BodyModel, count: string | null): string[] {
  if (header.fixedSize === null || (tail === null && header.fixedSize === fixedEnd)) return [];
  const from =
    tail === null
      ? `p + ${fixedEnd}`
      : `p + ${fixedEnd} + ${tail.elementSize === 1 ? '' : `${tail.elementSize} * `}${count}`;
  return [`fill_zero(view, ${from}, p + ${header.fixedSize});`];
}

/** Support functions the encoders of a body call. */
export function encodeImports(body: BodyModel): string[] {
  const text = bodyText(body, planOf(body, 'bigint')).join('\n');
  return ['copy_bytes', 'fill_zero'].filter((name) => text.includes(`${name}(`));
}
