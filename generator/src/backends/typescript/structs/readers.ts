import type {
  BytesMemberIR,
  IntMemberIR,
  IntsMemberIR,
  MemberIR,
  RecordsMemberIR,
  StructsMemberIR,
} from '../../../ir/structs.js';
import { elementSizeOf, isFixed, isWalked, varies } from '../../../ir/structs.js';
import { clause, doc, sentence } from '../docs.js';
import { at, halfOf, load, loadAtom, pick } from '../expressions.js';
import { fn, type Parameter, type Statement, VIEW, VIEW_END } from '../render.js';
import { bytesText, elementStart, elementsText, FUNCTION, type Start, startOf, startText } from './place.js';
import { elementOf, needsEnd, type ShapeModel } from './shape-model.js';

const I: Parameter = { name: 'i', type: 'number' };
const J: Parameter = { name: 'j', type: 'number' };

/** Functions that read the fields of a struct that passed `check`. */
export const shapeReaders = (model: ShapeModel): Statement[] =>
  model.ir.fields.flatMap((member) => memberReaders(model, member));

function memberReaders(model: ShapeModel, member: MemberIR): Statement[] {
  const parameters = needsEnd(model, member) ? VIEW_END : VIEW;
  const start = startOf(model, member);
  switch (member.kind) {
    case 'int':
      return intReaders(model, member, start, parameters, '');
    case 'ints':
      return [...arrayReaders(model, member), elementReader(model, member, start, parameters, I)];
    case 'bytes':
      return [...arrayReaders(model, member), viewReader(model, member, startText(model, member))];
    case 'records':
      return [...arrayReaders(model, member), ...recordReaders(model, member, start, parameters)];
    case 'structs':
      return isWalked(member)
        ? walkedReaders(model, member)
        : [...arrayReaders(model, member), ...structReaders(model, member, start, parameters)];
  }
}

const reader = (
  name: string,
  text: string,
  expression: string,
  parameters: readonly Parameter[],
  returns = 'number',
): Statement => fn({ name, parameters, returns, doc: text, body: [`return ${expression};`] });

/** What a reader says about its field: type, place, meaning, condition, clause. */
export function aboutMember(member: MemberIR, type: string, size: number | null, inside: string): string[] {
  const end = size === null ? ' on' : size === 1 ? '' : `..${member.offset + size - 1}`;
  const behind = member.after === null ? inside : ` behind ${member.after}`;
  const where = `${type} at byte${size === 1 ? '' : 's'} ${member.offset}${end}${behind}`;
  const condition = member.validWhen.length === 0 ? '' : `Valid with ${member.validWhen.join(' or ')}.`;
  return [
    `${where}${member.reserved ? ', reserved' : ''}: ${sentence(member.doc)}`,
    condition,
    clause(member.spec),
  ].filter((text) => text !== '');
}

const OF_ELEMENT = ' of element i';

function intReaders(
  model: ShapeModel,
  member: IntMemberIR,
  { base, offset }: Start,
  parameters: readonly Parameter[],
  inside: string,
): Statement[] {
  const { names } = model;
  const { type } = member;
  const about = [...aboutMember(member, type, member.size, inside), ...bounds(member)];
  const word = load(type, base, offset);
  const parts = member.bits.map((bits) => {
    const half = halfOf(type, offset, bits.lsb);
    const where = bits.width === 1 ? `Bit ${bits.lsb}` : `Bits ${bits.lsb}..${bits.lsb + bits.width - 1}`;
    const text = doc(
      `${where} of ${member.name || 'the element'}${bits.reserved ? ', reserved' : ''}: ${sentence(bits.doc)}`,
    );
    return reader(names.of(bits), text, pick(loadAtom(half.type, base, half.offset), half.lsb, bits.width), parameters);
  });
  if (type !== 'u64') {
    const values = member.enum === null ? [] : [`Values: enums.${member.enum}.`];
    return [reader(names.of(member), doc(...about, ...values), word, parameters), ...parts];
  }
  const { lo = '', hi = '', number = '' } = names.derived(member);
  const halves = [load('u32', base, offset), load('u32', base, offset + 4)];
  return [
    reader(
      names.of(member),
      doc(...about, 'Makes a bigint, which allocates; the readers below do not.'),
      word,
      parameters,
      'bigint',
    ),
    reader(lo, doc(`Low 32 bits of ${member.name}.`), halves[0] ?? '', parameters),
    reader(hi, doc(`High 32 bits of ${member.name}, unsigned.`), halves[1] ?? '', parameters),
    reader(
      number,
      doc(`${member.name} as a number, or NaN above Number.MAX_SAFE_INTEGER. Never throws.`),
      `u64_number(${halves.join(', ')})`,
      parameters,
    ),
    ...parts,
  ];
}

function bounds({ bounds }: IntMemberIR): string[] {
  if (bounds === null) return [];
  const { equals, min, max, multipleOf } = bounds;
  const words = [
    equals === undefined ? '' : `is ${equals}`,
    min === undefined ? '' : `is at least ${min}`,
    max === undefined ? '' : `is at most ${max}`,
    multipleOf === undefined ? '' : `is a multiple of ${multipleOf}`,
  ].filter((text) => text !== '');
  return [`By the text it ${words.join(' and ')}.`];
}

type ArrayMember = Exclude<MemberIR, IntMemberIR>;

/** What an array is made of, for comments. */
export const elementText = (member: ArrayMember): string =>
  member.kind === 'ints'
    ? member.type
    : member.kind === 'bytes'
      ? 'u8'
      : member.kind === 'structs'
        ? member.struct
        : `record of ${member.elementSize} bytes `;

function sizeText({ count }: ArrayMember): string {
  if ('fixed' in count) return `[${count.fixed}]`;
  if ('rest' in count) return '[…]';
  return `[${count.field}${count.plus === 0 ? '' : ` ${count.plus < 0 ? '-' : '+'} ${Math.abs(count.plus)}`}${count.unit === 'bytes' ? ' bytes' : ''}]`;
}

/** Where an array starts, how many elements it has and, where that varies, where it ends. */
function arrayReaders(model: ShapeModel, member: ArrayMember): Statement[] {
  const { names } = model;
  const { offset = '', length = '', count = '', end = '' } = names.derived(member);
  const each = elementSizeOf(member);
  const size = isFixed(member.count) ? member.count.fixed * each : null;
  const bounded = needsEnd(model, member);
  const takesRest = 'rest' in member.count;
  const place = startText(model, member);
  const noun = member.kind === 'bytes' ? 'bytes' : 'elements';
  const text = doc(
    ...aboutMember(member, `${elementText(member)}${sizeText(member)}`, size, ''),
    'Where it starts in the view.',
  );
  const whole = bounded || takesRest ? VIEW_END : VIEW;
  return [
    reader(offset, text, place, bounded ? VIEW_END : member.after === null ? VIEW.slice(1) : VIEW),
    isFixed(member.count)
      ? reader(length || count, doc(`Number of ${noun} of ${member.name}.`), `${member.count.fixed}`, unused(VIEW))
      : reader(
          length || count,
          doc(`Number of ${noun} of ${member.name}.`, 'Right only after check.'),
          elementsText(model, member),
          whole,
        ),
    ...(varies(member)
      ? [
          reader(
            end,
            doc(`Where ${member.name} ends in the view.`, 'Right only after check.'),
            `${place} + ${bytesText(model, member, place, (m) => startOf(model, m), FUNCTION)}`,
            whole,
          ),
        ]
      : []),
  ];
}

const unused = (parameters: readonly Parameter[]): Parameter[] =>
  parameters.map(({ name, type }) => ({ name: `_${name}`, type }));

function elementReader(
  model: ShapeModel,
  member: IntsMemberIR,
  start: Start,
  parameters: readonly Parameter[],
  index: Parameter,
): Statement {
  const { at: name = '', count = '' } = model.names.derived(member);
  const { base, offset } = elementStart(start, member.elementSize, index.name);
  return reader(
    name,
    doc(
      `Element ${index.name} of ${member.name}, where 0 <= ${index.name} < ${count}; other indexes read other bytes or throw a RangeError.`,
    ),
    load(member.type, base, offset),
    [...parameters, index],
    member.type === 'u64' ? 'bigint' : 'number',
  );
}

function viewReader(model: ShapeModel, member: BytesMemberIR, place: string): Statement {
  const { view = '', length = '' } = model.names.derived(member);
  const bounded = needsEnd(model, member) || 'rest' in member.count;
  const size = isFixed(member.count) ? `${member.count.fixed}` : `${length}(view, p${bounded ? ', end' : ''})`;
  return fn({
    name: view,
    parameters: bounded ? VIEW_END : VIEW,
    returns: 'Uint8Array',
    doc: doc(`The bytes of ${member.name} in place, not copied. Allocates the Uint8Array; offset and length do not.`),
    body: [`return new Uint8Array(view.buffer, view.byteOffset + ${place}, ${size});`],
  });
}

/** Where an element is that is read by the module of its struct, and all of them as objects. */
function structReaders(
  model: ShapeModel,
  member: StructsMemberIR,
  start: Start,
  parameters: readonly Parameter[],
): Statement[] {
  const { names } = model;
  const { at: name = '', count = '', list = '' } = names.derived(member);
  const element = elementOf(model, member);
  const size = elementSizeOf(member);
  const place = elementStart(start, size);
  const where = at(place.base, place.offset);
  const taking = [...parameters, I];
  const whole = needsEnd(model, member) || 'rest' in member.count ? VIEW_END : parameters;
  const args = (of: readonly Parameter[]): string => of.map((p) => p.name).join(', ');
  return [
    reader(
      name,
      doc(
        `Where element i of ${member.name} starts, where 0 <= i < ${count}. The functions of ${element.alias} read it.`,
      ),
      where,
      where.includes('view') ? taking : [...unused(taking.slice(0, 1)), ...taking.slice(1)],
    ),
    fn({
      name: list,
      parameters: whole,
      returns: `${element.type}[]`,
      doc: doc(`The elements of ${member.name} as objects. Right only after check. Allocates.`),
      body: [
        `const list: ${element.type}[] = [];`,
        `const n = ${count}(${args(isFixed(member.count) ? VIEW : whole)});`,
        'for (let i = 0; i < n; i++) {',
        `  const at = ${name}(${args(parameters)}, i);`,
        `  const element = ${element.alias}.decode(view, at, at + ${size});`,
        "  if (!('wireError' in element)) list.push(element);",
        '}',
        'return list;',
      ],
    }),
  ];
}

/** Elements that differ in size are found one behind the other. */
function walkedReaders(model: ShapeModel, member: StructsMemberIR): Statement[] {
  const { offset = '', next = '', list = '', end = '' } = model.names.derived(member);
  const element = elementOf(model, member);
  const place = startText(model, member);
  const step = (body: readonly string[]): string[] => [
    `for (let at = ${next}(view, p, end, -1); at >= 0; at = ${next}(view, p, end, at)) {`,
    ...body.map((line) => `  ${line}`),
    '}',
  ];
  return [
    reader(
      offset,
      doc(...aboutMember(member, `${member.struct}[…]`, null, ''), 'Where it starts in the view.'),
      place,
      member.after === null ? VIEW.slice(1) : VIEW,
    ),
    fn({
      name: next,
      parameters: [...VIEW_END, { name: 'at', type: 'number' }],
      returns: 'number',
      doc: doc(
        `Where the element of ${member.name} behind the one at \`at\` starts, -1 behind the last; -1 as \`at\` asks for the first.`,
        `The elements differ in size, and so have no index. The functions of ${element.alias} read them. Right only after check; allocates nothing.`,
      ),
      body: [
        `const next = at < 0 ? ${place} : at + ${element.alias}.size(view, at);`,
        `return end - next >= ${member.least} ? next : -1;`,
      ],
    }),
    fn({
      name: list,
      parameters: VIEW_END,
      returns: `${element.type}[]`,
      doc: doc(`The elements of ${member.name} as objects. Right only after check. Allocates.`),
      body: [
        `const list: ${element.type}[] = [];`,
        ...step([
          `const element = ${element.alias}.decode(view, at, at + ${element.alias}.size(view, at));`,
          "if (!('wireError' in element)) list.push(element);",
        ]),
        'return list;',
      ],
    }),
    fn({
      name: end,
      parameters: VIEW_END,
      returns: 'number',
      doc: doc(`Where ${member.name} ends in the view, found by a walk. Right only after check.`),
      body: [`let last = ${place};`, ...step([`last = at + ${element.alias}.size(view, at);`]), 'return last;'],
    }),
  ];
}

function recordReaders(
  model: ShapeModel,
  records: RecordsMemberIR,
  start: Start,
  parameters: readonly Parameter[],
): Statement[] {
  const element = elementStart(start, records.elementSize);
  const taking = [...parameters, I];
  return records.fields.flatMap((field) => {
    const place: Start = { base: element.base, offset: element.offset + field.offset };
    if (field.kind === 'int') return intReaders(model, field, place, taking, OF_ELEMENT);
    if (field.kind === 'ints') return [elementReader(model, field, place, taking, J)];
    if (field.kind === 'records' || field.kind === 'structs') return [];
    const { offset = '', length = '', view = '' } = model.names.derived(field);
    const size = isFixed(field.count) ? field.count.fixed : 0;
    const where = at(place.base, place.offset);
    return [
      reader(
        offset,
        doc(...aboutMember(field, `u8[${size}]`, size, OF_ELEMENT), 'Where it starts in the view.'),
        where,
        where.includes('view') ? taking : [...unused(taking.slice(0, 1)), ...taking.slice(1)],
      ),
      reader(length, doc(`Number of bytes of it.`), `${size}`, unused(taking)),
      fn({
        name: view,
        parameters: taking,
        returns: 'Uint8Array',
        doc: doc('The bytes in place, not copied. Allocates the Uint8Array; offset and length do not.'),
        body: [`return new Uint8Array(view.buffer, view.byteOffset + ${where}, ${size});`],
      }),
    ];
  });
}
