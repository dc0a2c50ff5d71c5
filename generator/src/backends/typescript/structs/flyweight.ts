import type {
  BytesMemberIR,
  IntMemberIR,
  IntsMemberIR,
  MemberIR,
  RecordsMemberIR,
  StructsMemberIR,
} from '../../../ir/structs.js';
import { elementSizeOf, isFixed, isWalked } from '../../../ir/structs.js';
import type { BitsIR } from '../../../ir/types.js';
import { comment, doc } from '../docs.js';
import { at, halfOf, load, loadAtom, pick, store } from '../expressions.js';
import { a } from '../lines.js';
import type { Statement } from '../render.js';
import { storePart } from '../store-part.js';
import { elementStart, elementsText, METHOD, type Start, startOf, startText } from './place.js';
import { aboutMember, elementText } from './readers.js';
import { countedBy, elementOf, needsEnd, type ShapeModel } from './shape-model.js';
import { type MemberNames, structViewNames } from './shape-names.js';

const { view: VIEW, p: P, end: END } = METHOD;

/** `View`: the readers and writers of a struct as properties of an object that is moved, not remade. */
export function shapeFlyweight(model: ShapeModel): Statement {
  const names = structViewNames(model.ir);
  const bounded = model.rest !== null;
  const text = [
    ...comment(
      `The fields of ${a(model.ir.key)} as properties of an object that is made once and moved from struct to struct.`,
      'They are right only after check. Assignments change the struct in place; whole structs are written by encode.',
    ),
    'export class View {',
    '  /** The buffer that is looked at. */',
    '  declare view: DataView;',
    '  /** Where in it the struct starts. */',
    '  declare p: number;',
    ...(bounded ? ['  /** Where it ends: nothing in the struct tells. */', '  declare end: number;'] : []),
    '',
    `  constructor(view: DataView, p = 0${bounded ? ', end = view.byteLength' : ''}) {`,
    '    this.view = view;',
    '    this.p = p;',
    ...(bounded ? ['    this.end = end;'] : []),
    '  }',
    ...[
      bounded
        ? method(
            'at(p: number, end: number): this',
            ['this.p = p;', 'this.end = end;', 'return this;'],
            ['Moves to the struct in bytes p..end-1 of the same buffer.'],
          )
        : method(
            'at(p: number): this',
            ['this.p = p;', 'return this;'],
            ['Moves to the struct at p of the same buffer.'],
          ),
      method('bind(view: DataView): this', ['this.view = view;', 'return this;'], ['Changes to another buffer.']),
      method(
        `check(end: number): number`,
        ['return check(this.view, this.p, end);'],
        ['`check` of the bytes p..end-1.'],
      ),
      ...model.ir.fields.flatMap((member) => members(model, member, names)),
    ].flatMap((lines) => ['', ...lines.map((line) => `  ${line}`)]),
    '}',
  ].join('\n');
  return (writer) => {
    writer.blankLine().write(text);
  };
}

const method = (head: string, body: readonly string[], about: readonly string[]): string[] => [
  ...comment(doc(...about)),
  `${head} {`,
  ...body.map((line) => `  ${line}`),
  '}',
];

const getter = (name: string, type: string, expression: string, about: readonly string[]): string[] =>
  method(`get ${name}(): ${type}`, [`return ${expression};`], about);

const setter = (name: string, type: string, body: readonly string[]): string[] => [
  `set ${name}(value: ${type}) {`,
  ...body.map((line) => `  ${line}`),
  '}',
];

/** Says that a member is not called what its field is called. */
const renamed = (name: string, wish: string): string =>
  name === wish.replaceAll('.', '_') ? '' : `Called ${name} because ${wish.replaceAll('.', '_')} is taken.`;

function members(model: ShapeModel, member: MemberIR, names: MemberNames): string[][] {
  const start = startOf(model, member, METHOD);
  switch (member.kind) {
    case 'int':
      return intMembers(model, member, start, names);
    case 'ints':
      return [...arrayMembers(model, member, names), ...elementMembers(member, start, names)];
    case 'bytes':
      return [...arrayMembers(model, member, names), viewMember(model, member, names)];
    case 'records':
      return [...arrayMembers(model, member, names), ...recordMembers(model, member, start, names)];
    case 'structs':
      return isWalked(member)
        ? walkedMembers(model, member, names)
        : [...arrayMembers(model, member, names), placeMember(model, member, start, names)];
  }
}

const typeOf = (type: string): string => (type === 'u64' ? 'bigint' : 'number');

function intMembers(model: ShapeModel, member: IntMemberIR, { base, offset }: Start, names: MemberNames): string[][] {
  const { type } = member;
  const name = names.of(member);
  const isCount = countedBy(model, member) !== undefined;
  const about = [aboutMember(member, type, member.size, '')[0] ?? '', renamed(name, member.name)];
  const found = [getter(name, typeOf(type), load(type, base, offset, VIEW), about)];
  if (!isCount) found.push(setter(name, typeOf(type), store(type, base, offset, 'value', VIEW)));
  if (type === 'u64') {
    const { lo = '', hi = '', number = '' } = names.derived(member);
    const halves = [0, 4].map((more) => load('u32', base, offset + more, VIEW));
    found.push(getter(lo, 'number', halves[0] ?? '', [`Low 32 bits of ${member.name}.`]));
    if (!isCount) found.push(setter(lo, 'number', store('u32', base, offset, 'value', VIEW)));
    found.push(getter(hi, 'number', halves[1] ?? '', [`High 32 bits of ${member.name}, unsigned.`]));
    if (!isCount) found.push(setter(hi, 'number', store('u32', base, offset + 4, 'value', VIEW)));
    found.push(
      getter(number, 'number', `u64_number(${halves.join(', ')})`, [
        `${member.name} as a number, or NaN above Number.MAX_SAFE_INTEGER.`,
      ]),
    );
  }
  for (const bits of member.bits) {
    const own = names.of(bits);
    found.push(
      getter(own, 'number', partText(member, bits, base, offset), [whereBits(member, bits)]),
      setter(own, 'number', storePart({ ...member, offset } as never, bits, base, VIEW)),
    );
  }
  return found;
}

const whereBits = (member: IntMemberIR, bits: BitsIR): string =>
  `${bits.width === 1 ? `Bit ${bits.lsb}` : `Bits ${bits.lsb}..${bits.lsb + bits.width - 1}`} of ${member.name || 'the element'}.`;

function partText(member: IntMemberIR, bits: BitsIR, base: string, offset: number): string {
  const half = halfOf(member.type, offset, bits.lsb);
  return pick(loadAtom(half.type, base, half.offset, VIEW), half.lsb, bits.width);
}

function arrayMembers(model: ShapeModel, member: Exclude<MemberIR, IntMemberIR>, names: MemberNames): string[][] {
  const { offset = '', length = '', count = '' } = names.derived(member);
  const size = isFixed(member.count) ? member.count.fixed * elementSizeOf(member) : null;
  const [place = ''] = aboutMember(member, elementText(member).trim(), size, '');
  return [
    getter(offset, 'number', startText(model, member, METHOD), [`Where ${member.name} starts in the buffer: ${place}`]),
    getter(length || count, 'number', elementsText(model, member, METHOD), [
      `Number of ${member.kind === 'bytes' ? 'bytes' : 'elements'} of ${member.name}.`,
    ]),
  ];
}

function elementMembers(member: IntsMemberIR, start: Start, names: MemberNames): string[][] {
  const { at: name = '', count = '' } = names.derived(member);
  const { base, offset } = elementStart(start, member.elementSize);
  const type = typeOf(member.type);
  const range = `${member.name}, where 0 <= i < ${count}.`;
  return [
    method(
      `${name}(i: number): ${type}`,
      [`return ${load(member.type, base, offset, VIEW)};`],
      [`Element i of ${range}`],
    ),
    method(
      `${names.setter(member)}(i: number, value: ${type}): void`,
      store(member.type, base, offset, 'value', VIEW),
      [`Writes element i of ${range}`],
    ),
  ];
}

/** Where an element is: a `View` of its own struct reads it. */
function placeMember(model: ShapeModel, member: StructsMemberIR, start: Start, names: MemberNames): string[] {
  const { at: name = '', count = '' } = names.derived(member);
  const { base, offset } = elementStart(start, elementSizeOf(member));
  const { alias } = elementOf(model, member);
  return method(
    `${name}(i: number): number`,
    [`return ${at(base, offset)};`],
    [`Where element i of ${member.name} starts, where 0 <= i < ${count}. A View of ${alias} reads it.`],
  );
}

function walkedMembers(model: ShapeModel, member: StructsMemberIR, names: MemberNames): string[][] {
  const { offset = '', next = '' } = names.derived(member);
  const [place = ''] = aboutMember(member, `${member.struct}[…]`, null, '');
  return [
    getter(offset, 'number', startText(model, member, METHOD), [`Where ${member.name} starts in the buffer: ${place}`]),
    method(
      `${next}(at: number): number`,
      [`return ${model.names.derived(member).next}(${VIEW}, ${P}, ${END}, at);`],
      [`Where the element behind the one at \`at\` starts, -1 behind the last; -1 asks for the first.`],
    ),
  ];
}

function viewMember(model: ShapeModel, member: BytesMemberIR, names: MemberNames): string[] {
  const { view = '' } = names.derived(member);
  const bounded = needsEnd(model, member) || 'rest' in member.count ? `, ${END}` : '';
  return method(
    `${view}(): Uint8Array`,
    [`return ${model.names.derived(member).view}(${VIEW}, ${P}${bounded});`],
    [`The bytes of ${member.name} in place, not copied. Allocates.`],
  );
}

function recordMembers(model: ShapeModel, records: RecordsMemberIR, start: Start, names: MemberNames): string[][] {
  const element = elementStart(start, records.elementSize);
  const bounded = needsEnd(model, records) ? `, ${END}` : '';
  return records.fields.flatMap((field): string[][] => {
    const offset = element.offset + field.offset;
    const of = `${field.name || 'the element'} of element i.`;
    if (field.kind === 'int') {
      const type = typeOf(field.type);
      const whole = [
        method(
          `${names.of(field)}(i: number): ${type}`,
          [`return ${load(field.type, element.base, offset, VIEW)};`],
          [of],
        ),
      ];
      if (field.bits.length === 0)
        return [
          ...whole,
          method(
            `${names.setter(field)}(i: number, value: ${type}): void`,
            store(field.type, element.base, offset, 'value', VIEW),
            [`Writes ${of}`],
          ),
        ];
      return [
        ...whole,
        ...field.bits.flatMap((bits) => [
          method(
            `${names.of(bits)}(i: number): number`,
            [`return ${partText(field, bits, element.base, offset)};`],
            [whereBits(field, bits)],
          ),
          method(
            `${names.setter(bits)}(i: number, value: number): void`,
            storePart({ ...field, offset } as never, bits, element.base, VIEW),
            [`Writes ${bits.name} of element i.`],
          ),
        ]),
      ];
    }
    if (field.kind === 'ints') {
      const { at: name = '' } = names.derived(field);
      const inner = elementStart({ base: element.base, offset }, field.elementSize, 'j');
      const type = typeOf(field.type);
      return [
        method(
          `${name}(i: number, j: number): ${type}`,
          [`return ${load(field.type, inner.base, inner.offset, VIEW)};`],
          [`Element j of ${of}`],
        ),
        method(
          `${names.setter(field)}(i: number, j: number, value: ${type}): void`,
          store(field.type, inner.base, inner.offset, 'value', VIEW),
          [`Writes element j of ${of}`],
        ),
      ];
    }
    if (field.kind === 'records' || field.kind === 'structs') return [];
    const { offset: offsetName = '', view = '' } = names.derived(field);
    return [
      method(
        `${offsetName}(i: number): number`,
        [`return ${at(element.base, offset)};`],
        [`Where ${of.replace('.', '')} starts.`],
      ),
      method(
        `${view}(i: number): Uint8Array`,
        [`return ${model.names.derived(field).view}(${VIEW}, ${P}${bounded}, i);`],
        [`The bytes of ${of} Allocates.`],
      ),
    ];
  });
}
