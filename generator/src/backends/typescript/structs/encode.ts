import type { IntMemberIR, MemberIR, RecordsMemberIR, StructsMemberIR } from '../../../ir/structs.js';
import { elementSizeOf, fixedSizeOf, isFixed, isWalked } from '../../../ir/structs.js';
import type { BitsIR } from '../../../ir/types.js';
import { doc } from '../docs.js';
import { at, halfOf, maxOf, put, store, storeZero } from '../expressions.js';
import { a, call } from '../lines.js';
import { identifier, Names } from '../names.js';
import { fn, type Parameter, type Statement, VIEW } from '../render.js';
import { elementStart, type Start } from './place.js';
import { type Counted, countedBy, elementOf, type ShapeModel } from './shape-model.js';

/** How `encode`, `encode_lohi` and `encode_number` take a u64. */
type U64 = 'bigint' | 'lohi' | 'number';

interface Plan {
  readonly mode: U64;
  readonly parameters: readonly Parameter[];
  /** Parameter names by member or group of bits. */
  readonly names: ReadonlyMap<object, readonly string[]>;
  readonly fresh: (wish: string) => string;
}

/** `encode`, and for structs with a u64 the two forms that need no bigint. */
export function shapeEncoders(model: ShapeModel): Statement[] {
  const forms: { name: string; mode: U64; remark: string }[] = [{ name: 'encode', mode: 'bigint', remark: '' }];
  if (model.ir.fields.some((member) => isWide(model, member))) {
    forms.push(
      { name: 'encode_lohi', mode: 'lohi', remark: 'Every u64 is given as its low and high 32 bits.' },
      { name: 'encode_number', mode: 'number', remark: 'Every u64 is given as a number, 0..Number.MAX_SAFE_INTEGER.' },
    );
  }
  return forms.map(({ name, mode, remark }) => {
    const plan = planOf(model, mode);
    const body = mode === 'number' ? numberText(model, plan) : encodeText(model, plan);
    const size = model.size === null ? `${model.ir.minSize} bytes and more` : `${model.size} bytes`;
    const returns = body.some((line) => line.includes('return 0;'))
      ? model.elements.size > 0
        ? 'Returns the size, or 0 when the values do not fit; what was written by then means nothing.'
        : 'Returns the size, or 0 with nothing written when the values do not fit.'
      : 'Returns the size.';
    return fn({
      name,
      parameters: [...VIEW, ...plan.parameters],
      returns: 'number',
      doc: doc(
        `Writes ${a(model.ir.key)} at p: ${size}, reserved fields 0, numbers cut to their width.`,
        remark,
        `${returns} A view without room throws a RangeError.`,
      ),
      body,
    });
  });
}

/** Whether a member is a u64 that somebody gives. */
const isWide = (model: ShapeModel, member: MemberIR): boolean =>
  member.kind === 'int' &&
  member.type === 'u64' &&
  member.bits.length === 0 &&
  !member.reserved &&
  countedBy(model, member) === undefined;

/** What a caller gives for a member, in order: nothing for what is reserved and for counts, which follow from their array. */
export function givenFor(
  model: ShapeModel,
  member: MemberIR,
): readonly { readonly of: MemberIR | BitsIR; readonly path: string }[] {
  if (member.reserved && (member.kind === 'int' || isFixed(member.count))) return [];
  if (member.kind !== 'int') return [{ of: member, path: member.name }];
  if (countedBy(model, member) !== undefined) return [];
  if (member.bits.length === 0) return [{ of: member, path: member.name }];
  return member.bits.filter((b) => !b.reserved).map((b) => ({ of: b, path: `${member.name}.${b.name}` }));
}

function planOf(model: ShapeModel, mode: U64): Plan {
  const scope = new Names([
    'view',
    'p',
    'i',
    'j',
    'e',
    'copy_bytes',
    'fill_zero',
    'encode_lohi',
    'Math',
    'Number',
    'undefined',
    ...[...model.elements.values()].map(({ alias }) => alias),
  ]);
  const names = new Map<object, readonly string[]>();
  const parameters: Parameter[] = [];
  const add = (of: object, wish: string, type: string): void => {
    const name = scope.claim(wish);
    names.set(of, [...(names.get(of) ?? []), name]);
    parameters.push({ name, type });
  };
  for (const member of model.ir.fields) {
    for (const { of, path } of givenFor(model, member)) {
      const wish = identifier(path);
      if (isWide(model, member) && mode === 'lohi')
        for (const half of ['lo', 'hi']) add(of, `${wish}_${half}`, 'number');
      else add(of, wish, isWide(model, member) ? mode : argumentType(member));
    }
  }
  return { mode, parameters, names, fresh: (wish) => scope.claim(wish) };
}

function argumentType(member: MemberIR): string {
  switch (member.kind) {
    case 'int':
      return 'number';
    case 'bytes':
      return 'Uint8Array';
    case 'ints':
      return `ArrayLike<${member.type === 'u64' ? 'bigint' : 'number'}>`;
    case 'structs':
    case 'records':
      return `FieldsInput${member.name
        .split('.')
        .map((part) => `['${part}']`)
        .join('')}`;
  }
}

/** `encode_number` splits its numbers and leaves the rest to `encode_lohi`. */
function numberText(model: ShapeModel, { parameters, names }: Plan): string[] {
  const split = new Set(model.ir.fields.filter((m) => isWide(model, m)).flatMap((m) => names.get(m) ?? []));
  return [
    ...[...split].map((name) => `if (!(${name} >= 0 && ${name} <= Number.MAX_SAFE_INTEGER)) return 0;`),
    ...call('return ', 'encode_lohi', [
      'view',
      'p',
      ...parameters.flatMap(({ name }) => (split.has(name) ? [name, `${name} / 4294967296`] : [name])),
    ]),
  ];
}

function encodeText(model: ShapeModel, plan: Plan): string[] {
  const counts = new Map(model.segments.map(({ array }) => [array, plan.fresh('n')] as const));
  const ends = new Map(model.segments.map(({ array }) => [array.name, plan.fresh('q')] as const));
  const start = (member: MemberIR): Start => ({
    base: member.after === null ? 'p' : (ends.get(member.after) ?? 'p'),
    offset: member.offset,
  });
  const lines: string[] = [];
  for (const member of model.ir.fields) lines.push(...guard(model, member, plan, counts));
  for (const { array } of model.segments) {
    if (isWalked(array)) continue;
    const { base, offset } = start(array);
    const each = elementSizeOf(array);
    const n = counts.get(array) ?? '0';
    lines.push(`const ${ends.get(array.name)} = ${at(base, offset)} + ${each === 1 ? n : `${each} * ${n}`};`);
  }
  let place: { after: string | null; offset: number } = { after: null, offset: 0 };
  for (const member of model.ir.fields) {
    if (member.after === place.after && member.offset > place.offset)
      lines.push(...hole(start(member).base, place.offset, member.offset));
    lines.push(
      ...(isWalked(member)
        ? walkedStores(model, member, start(member), plan, ends.get(member.name) ?? 'q')
        : memberStores(model, member, start(member), plan, counts)),
    );
    place = counts.has(member as Counted)
      ? { after: member.name, offset: 0 }
      : { after: member.after, offset: member.offset + fixedSizeOf(member) };
  }
  const last = model.segments.at(-1);
  const run = last === undefined ? model.ir.minSize : last.run;
  const base = last === undefined ? 'p' : (ends.get(last.array.name) ?? 'p');
  if (run > place.offset) lines.push(...hole(base, place.offset, run));
  return [...lines, `return ${last === undefined ? model.ir.minSize : `${at(base, run)} - p`};`];
}

/** Elements that differ in size, each behind the one before it. */
function walkedStores(
  model: ShapeModel,
  member: StructsMemberIR,
  { base, offset }: Start,
  plan: Plan,
  q: string,
): string[] {
  const [name = ''] = plan.names.get(member) ?? [];
  const size = plan.fresh('size');
  return [
    `let ${q} = ${at(base, offset)};`,
    `for (let i = 0; i < ${name}.length; i++) {`,
    `  const ${size} = ${elementOf(model, member).encode('view', q, `${name}[i]!`)};`,
    `  if (${size} === 0) return 0;`,
    `  ${q} += ${size};`,
    '}',
  ];
}

/** Bytes between fields are zero. */
const hole = (base: string, from: number, to: number): string[] => [
  `fill_zero(view, ${at(base, from)}, ${at(base, to)});`,
];

/** Everything that can make a struct impossible is found before the first byte is written. */
function guard(model: ShapeModel, member: MemberIR, plan: Plan, counts: ReadonlyMap<Counted, string>): string[] {
  const [name] = plan.names.get(member) ?? [];
  if (name === undefined || member.kind === 'int' || isWalked(member)) return [];
  if (isFixed(member.count)) {
    const exact = member.kind === 'records' || member.kind === 'structs' ? '!==' : '>';
    return [`if (${name}.length ${exact} ${member.count.fixed}) return 0;`];
  }
  const n = counts.get(member) ?? 'n';
  const lines = [`const ${n} = ${name}.length;`];
  if (!('field' in member.count)) return lines;
  const { field, unit, plus } = member.count;
  const counter = model.ir.fields.find((f): f is IntMemberIR => f.kind === 'int' && f.name === field);
  const each = unit === 'bytes' ? elementSizeOf(member) : 1;
  const conditions = [
    ...(plus > 0 ? [`${n} < ${plus}`] : []),
    ...(counter === undefined || counter.type === 'u64'
      ? []
      : [`${n} > ${Math.floor((maxOf(counter.type) + plus) / each)}`]),
  ];
  return conditions.length === 0 ? lines : [...lines, `if (${conditions.join(' || ')}) return 0;`];
}

function memberStores(
  model: ShapeModel,
  member: MemberIR,
  { base, offset }: Start,
  plan: Plan,
  counts: ReadonlyMap<Counted, string>,
): string[] {
  const names = plan.names.get(member) ?? [];
  if (member.kind === 'int') {
    const array = countedBy(model, member);
    if (array !== undefined) return storeCount(member, array, counts.get(array) ?? '0', base, offset);
    if (member.reserved) return storeZero(member.type, base, offset);
    if (member.bits.length > 0)
      return storeWord(member, (b) => (b.reserved ? null : (plan.names.get(b)?.[0] ?? '0')), base, offset);
    if (member.type === 'u64' && plan.mode !== 'bigint')
      return [...store('u32', base, offset, names[0] ?? '0'), ...store('u32', base, offset + 4, names[1] ?? '0')];
    return store(member.type, base, offset, names[0] ?? '0');
  }
  const [name] = names;
  const end = at(base, offset + fixedSizeOf(member));
  if (name === undefined) return [`fill_zero(view, ${at(base, offset)}, ${end});`];
  if (member.kind === 'bytes') {
    const copy = `copy_bytes(view, ${at(base, offset)}, ${name});`;
    return isFixed(member.count) ? [copy, `fill_zero(view, ${at(base, offset)} + ${name}.length, ${end});`] : [copy];
  }
  const n = isFixed(member.count) ? `${member.count.fixed}` : (counts.get(member) ?? '0');
  const element = elementStart({ base, offset }, elementSizeOf(member));
  if (member.kind === 'structs') {
    const written = elementOf(model, member).encode('view', at(element.base, element.offset), `${name}[i]!`);
    return [`for (let i = 0; i < ${n}; i++) {`, `  if (${written} === 0) return 0;`, '}'];
  }
  const inner =
    member.kind === 'ints'
      ? store(member.type, element.base, element.offset, elementValue(`${name}[i]`, member.type))
      : [`const e = ${name}[i]!;`, ...elementStores(member, element)];
  return [`for (let i = 0; i < ${n}; i++) {`, ...inner.map((line) => `  ${line}`), '}'];
}

const elementValue = (text: string, type: IntMemberIR['type']): string =>
  type === 'u24' ? `(${text} ?? 0)` : `${text} ?? ${type === 'u64' ? '0n' : '0'}`;

function storeCount(member: IntMemberIR, array: Counted, n: string, base: string, offset: number): string[] {
  const { count } = array;
  if (!('field' in count)) return [];
  const each = count.unit === 'bytes' ? elementSizeOf(array) : 1;
  const value = `${each === 1 ? n : `${each} * ${n}`}${count.plus === 0 ? '' : ` ${count.plus < 0 ? '+' : '-'} ${Math.abs(count.plus)}`}`;
  if (member.type !== 'u64') return store(member.type, base, offset, value);
  return [...store('u32', base, offset, value), ...store('u32', base, offset + 4, `${value} / 4294967296`)];
}

/** The groups of bits of an integer; null for one that is zero. */
export function storeWord(
  member: IntMemberIR,
  part: (bits: BitsIR) => string | null,
  base: string,
  offset: number,
): string[] {
  const halves =
    member.type === 'u64' ? [0, 32].map((lsb) => halfOf('u64', offset, lsb)) : [{ type: member.type, offset }];
  return halves.flatMap((half) => {
    const terms = member.bits.flatMap((b) => {
      const own = halfOf(member.type, offset, b.lsb);
      const value = part(b);
      return own.offset === half.offset && value !== null ? [put(value, own.lsb, b.width)] : [];
    });
    const [only = '0'] = terms;
    const word = terms.length > 1 ? terms.join(' | ') : only.replace(/^\((.*)\)$/, '$1');
    return store(half.type, base, half.offset, word);
  });
}

/** Copies at most `size` bytes; a view of them is made only where there are more. */
export const copyText = (place: string, value: string, size: number): string =>
  `copy_bytes(view, ${place}, ${value}.length > ${size} ? ${value}.subarray(0, ${size}) : ${value});`;

/** The stores of one element `e` of an array of records; what is reserved is written where it is given. */
function elementStores(records: RecordsMemberIR, element: Start): string[] {
  return records.fields.flatMap((field) => {
    const value = field.name === '' ? 'e' : `e.${field.name.replaceAll('.', field.reserved ? '?.' : '.')}`;
    const offset = element.offset + field.offset;
    if (field.kind === 'int') {
      if (field.bits.length > 0)
        return storeWord(
          field,
          (b) => (b.reserved ? `(${value}.${b.name} ?? 0)` : `${value}.${b.name}`),
          element.base,
          offset,
        );
      const zero = field.type === 'u64' ? '0n' : '0';
      return store(field.type, element.base, offset, field.reserved ? `${value} ?? ${zero}` : value);
    }
    if (field.kind === 'records' || field.kind === 'structs') return [];
    const place = at(element.base, offset);
    const end = at(element.base, offset + fixedSizeOf(field));
    if (field.kind === 'bytes') {
      const fill = `fill_zero(view, ${place}, ${end});`;
      return field.reserved
        ? [fill, `if (${value} !== undefined) ${copyText(place, value, fixedSizeOf(field))}`]
        : [fill, `${copyText(place, value, fixedSizeOf(field))}`];
    }
    const inner = elementStart({ base: element.base, offset }, field.elementSize, 'j');
    const count = isFixed(field.count) ? field.count.fixed : 0;
    return [
      `for (let j = 0; j < ${count}; j++) {`,
      ...store(
        field.type,
        inner.base,
        inner.offset,
        elementValue(`${value}${field.reserved ? '?.' : ''}[j]`, field.type),
      ).map((line) => `  ${line}`),
      '}',
    ];
  });
}
