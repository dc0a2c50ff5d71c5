import type { IntFieldIR } from '../../ir/types.js';
import type { ArrayModel, BodyModel, IntModel } from './body-model.js';
import { comment, doc, placed } from './docs.js';
import { halfOf, load, loadAtom, pick, store } from './expressions.js';
import { type FieldNames, type ViewNames, viewNames } from './field-names.js';
import { a } from './lines.js';
import type { Statement } from './render.js';
import { storePart } from './store-part.js';
import { elements } from './tail.js';

const P = 'this.p';
const VIEW = 'this.view';

/** Says that a member is not called what its field is called. */
const renamed = (name: string, wish: string): string =>
  name === wish ? '' : `Called ${name} because ${wish} is taken.`;

/** `View` of a body module: the readers and writers of a message as properties of an object that is moved, not remade. */
export function flyweight(body: BodyModel): Statement {
  const names = viewNames({ header: body.header.fields.map(({ ir }) => ir) }, body.ir);
  const members = [
    ...body.header.fields.flatMap(({ ir }) => {
      const name = names.ofHeader(ir);
      const about = [`Header field, ${placed(ir.type, ir.offset, ir.size, ir)[0]}`, renamed(name, ir.name)];
      const told = ir.role === 'type' || ir.role === 'id' || ir.role === 'size';
      return [
        getter(name, 'number', load(ir.type, P, ir.offset, VIEW), about),
        ...(told ? [] : [setter(name, 'number', store(ir.type, P, ir.offset, 'value', VIEW))]),
      ];
    }),
    ...body.fields.flatMap((field) =>
      field.kind === 'int' ? intMembers(field, names) : arrayMembers(field, names, elementReader(body, field)),
    ),
  ];
  const check = body.local('checked');
  const text = [
    '// An exported function is looked up at every call, even from here; a constant is not.',
    `const ${check} = check;`,
    ...body.fields.flatMap((field) =>
      field.kind !== 'int' && field.ir.kind === 'ints'
        ? [`const ${elementReader(body, field)} = ${field.derived.at};`]
        : [],
    ),
    '',
    ...comment(
      `The fields of ${a(body.name)} as properties of an object that is made once and moved from message to message.`,
      'They are right only after check. Assignments change the message in place; whole messages are written by encode.',
    ),
    'export class View {',
    // Without `declare` the properties would start as undefined, and V8 would no longer know what they hold.
    '  /** The buffer that is looked at. */',
    '  declare view: DataView;',
    '  /** Where in it the message starts. */',
    '  declare p: number;',
    '',
    '  constructor(view: DataView, p = 0) {',
    '    this.view = view;',
    '    this.p = p;',
    '  }',
    ...[
      method('at(p: number): this', ['this.p = p;', 'return this;'], ['Moves to the message at p of the same buffer.']),
      method('bind(view: DataView): this', ['this.view = view;', 'return this;'], ['Changes to another buffer.']),
      method(
        'check(end: number): number',
        [`return ${check}(this.view, this.p, end);`],
        ['`check` of the bytes p..end-1.'],
      ),
      ...members,
    ].flatMap((lines) => ['', ...lines.map((line) => `  ${line}`)]),
    '}',
  ].join('\n');
  return (writer) => {
    writer.blankLine().write(text);
  };
}

/** The reader of an array's elements, as `View` calls it. */
const elementReader = (body: BodyModel, { ir }: ArrayModel): string => body.local(`element_of_${ir.name}`);

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

function intMembers({ ir, parts, counts }: IntModel, names: FieldNames): string[][] {
  const type = ir.type === 'u64' ? 'bigint' : 'number';
  const name = names.of(ir);
  const about = [placed(ir.type, ir.offset, ir.size, ir)[0] ?? '', renamed(name, ir.name)];
  const members = [getter(name, type, load(ir.type, P, ir.offset, VIEW), about)];
  if (counts === null) members.push(setter(name, type, store(ir.type, P, ir.offset, 'value', VIEW)));
  if (ir.type === 'u64') members.push(...u64Members(ir, names));
  for (const { ir: part } of parts) {
    const own = names.of(part);
    const half = halfOf(ir.type, ir.offset, part.lsb);
    const word = loadAtom(half.type, P, half.offset, VIEW);
    const where = part.width === 1 ? `Bit ${part.lsb}` : `Bits ${part.lsb}..${part.lsb + part.width - 1}`;
    members.push(
      getter(own, 'number', pick(word, half.lsb, part.width), [`${where} of ${ir.name}.`, renamed(own, part.name)]),
    );
    if (counts === null) members.push(setter(own, 'number', storePart(ir, part, P, VIEW)));
  }
  return members;
}

function u64Members(ir: IntFieldIR, names: FieldNames): string[][] {
  const { lo = '', hi = '', number = '' } = names.derived(ir);
  const halves = [0, 4].map((more) => load('u32', P, ir.offset + more, VIEW));
  const write = (more: number): string[] => store('u32', P, ir.offset + more, 'value', VIEW);
  return [
    getter(lo, 'number', halves[0] ?? '', [`Low 32 bits of ${ir.name}.`]),
    setter(lo, 'number', write(0)),
    getter(hi, 'number', halves[1] ?? '', [`High 32 bits of ${ir.name}, unsigned.`]),
    setter(hi, 'number', write(4)),
    getter(number, 'number', `u64_number(${halves.join(', ')})`, [
      `${ir.name} as a number, or NaN above Number.MAX_SAFE_INTEGER.`,
    ]),
  ];
}

function arrayMembers(field: ArrayModel, names: ViewNames, reader: string): string[][] {
  const { ir } = field;
  const { offset = '', length = '', count = '', view = '', bit = '', at = '' } = names.derived(ir);
  const number = elements(field, P, VIEW);
  const size = field.fixed === null ? null : field.fixed * field.elementSize;
  const [place] = placed(ir.kind === 'ints' ? ir.type : 'u8', ir.offset, size, ir);
  const start = getter(offset, 'number', `${P} + ${ir.offset}`, [`Where ${ir.name} starts in the buffer: ${place}`]);
  if (ir.kind === 'ints') {
    const element = ir.type === 'u64' ? 'bigint' : 'number';
    const base = `${P} + ${field.elementSize} * i`;
    const range = `${ir.name}, where 0 <= i < ${count}.`;
    return [
      start,
      getter(count, 'number', number, [`Number of elements of ${ir.name}.`]),
      // Two calls of less than 28 bytecodes, which V8 always takes into their caller, where one of 36 has to be paid for out
      // of a budget: not taken in, it would make a heap number of each u32 with its top bit set.
      method(`${at}(i: number): ${element}`, [`return ${reader}(${VIEW}, ${P}, i);`], [`Element i of ${range}`]),
      method(
        `${names.elementSetter(ir)}(i: number, value: ${element}): void`,
        store(ir.type, base, ir.offset, 'value', VIEW),
        [`Writes element i of ${range}`],
      ),
    ];
  }
  const { derived } = field;
  return [
    start,
    getter(length, 'number', number, [`Number of bytes of ${ir.name}.`]),
    method(
      `${view}(): Uint8Array`,
      [`return ${derived.view}(${VIEW}, ${P});`],
      [`The bytes of ${ir.name} in place, not copied. Allocates.`],
    ),
    ...(field.bitmap
      ? [
          method(
            `${bit}(i: number): boolean`,
            [`return ${derived.bit}(${VIEW}, ${P}, i);`],
            [`Bit i of ${ir.name}; false outside the bitmap.`],
          ),
        ]
      : []),
  ];
}
