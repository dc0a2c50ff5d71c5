import type { ArrayModel, BodyModel, FieldModel, IntModel } from './body-model.js';
import { doc, placed, sentence } from './docs.js';
import { halfOf, load, loadAtom, pick } from './expressions.js';
import { fn, type Parameter, type Statement, VIEW } from './render.js';
import { elements } from './tail.js';

const P: readonly Parameter[] = [{ name: 'p', type: 'number' }];
const VIEW_I: readonly Parameter[] = [...VIEW, { name: 'i', type: 'number' }];

/** Functions that read the fields of a message that passed `check`. */
export const readers = (body: BodyModel): Statement[] =>
  body.fields.flatMap((field) =>
    field.kind === 'int' ? intReaders(field) : field.kind === 'ints' ? intsReaders(field) : bytesReaders(field),
  );

const reader = (name: string, text: string, expression: string, returns = 'number', parameters = VIEW): Statement =>
  fn({ name, parameters, returns, doc: text, body: [`return ${expression};`] });

function intReaders(field: IntModel): Statement[] {
  const { ir, derived } = field;
  const about = placed(ir.type, ir.offset, ir.size, ir);
  const parts = field.parts.map(({ ir: part, reader: name }) => {
    const half = halfOf(ir.type, ir.offset, part.lsb);
    const [from, to] = [part.lsb, part.lsb + part.width - 1];
    const where = from === to ? `Bit ${from}` : `Bits ${from}..${to}`;
    return reader(
      name,
      doc(`${where} of ${ir.name}: ${sentence(part.doc)}`),
      pick(loadAtom(half.type, 'p', half.offset), half.lsb, part.width),
    );
  });
  if (ir.type === 'u64') {
    const halves = [load('u32', 'p', ir.offset), load('u32', 'p', ir.offset + 4)];
    return [
      reader(
        field.reader,
        doc(...about, 'Makes a bigint, which allocates; the readers below do not.'),
        load('u64', 'p', ir.offset),
        'bigint',
      ),
      reader(derived.lo ?? '', doc(`Low 32 bits of ${ir.name}.`), halves[0] ?? ''),
      reader(derived.hi ?? '', doc(`High 32 bits of ${ir.name}, unsigned.`), halves[1] ?? ''),
      reader(
        derived.number ?? '',
        doc(`${ir.name} as a number, or NaN above Number.MAX_SAFE_INTEGER. Never throws.`),
        `u64_number(${halves.join(', ')})`,
      ),
      ...parts,
    ];
  }
  const enumeration = ir.enum === null ? [] : [`Values: enums.${ir.enum}.`];
  return [reader(field.reader, doc(...about, ...enumeration), load(ir.type, 'p', ir.offset)), ...parts];
}

function sizeText(field: ArrayModel): string {
  return field.fixed === null
    ? `[${field.count?.ir.name}${field.count?.unit === 'elements' ? '' : ` ${field.count?.unit}`}]`
    : `[${field.fixed}]`;
}

const about = (field: ArrayModel): string[] => {
  const type = field.ir.kind === 'ints' ? field.ir.type : 'u8';
  return placed(
    `${type}${sizeText(field)}`,
    field.ir.offset,
    field.fixed === null ? null : field.fixed * field.elementSize,
    field.ir,
  );
};

/** A fixed length needs no view, but takes one so that fixed and counted arrays read alike. */
const lengthReader = (field: ArrayModel, name: string, text: string): Statement =>
  field.fixed === null
    ? reader(name, doc(text, 'Right only after check.'), elements(field))
    : reader(
        name,
        doc(text),
        `${field.fixed}`,
        'number',
        VIEW.map(({ name, type }) => ({ name: `_${name}`, type })),
      );

function intsReaders(field: ArrayModel): Statement[] {
  const { ir, derived } = field;
  if (ir.kind !== 'ints') return [];
  const scaled = field.elementSize === 1 ? 'p + i' : `p + ${field.elementSize} * i`;
  return [
    lengthReader(field, derived.count ?? '', `Number of elements of ${ir.name}.`),
    reader(
      derived.at ?? '',
      doc(
        ...about(field),
        `Element i, where 0 <= i < ${derived.count}; other indexes read other bytes or throw a RangeError.`,
      ),
      load(ir.type, scaled, ir.offset),
      ir.type === 'u64' ? 'bigint' : 'number',
      VIEW_I,
    ),
    reader(derived.offset ?? '', doc(`Where ${ir.name} starts in the view.`), `p + ${ir.offset}`, 'number', P),
  ];
}

function bytesReaders(field: ArrayModel): Statement[] {
  const { ir, derived } = field;
  const length = field.fixed === null ? `${derived.length}(view, p)` : `${field.fixed}`;
  const statements = [
    reader(derived.offset ?? '', doc(...about(field), 'Where it starts in the view.'), `p + ${ir.offset}`, 'number', P),
    lengthReader(field, derived.length ?? '', `Number of bytes of ${ir.name}.`),
    fn({
      name: derived.view ?? '',
      parameters: VIEW,
      returns: 'Uint8Array',
      doc: doc(`The bytes of ${ir.name} in place, not copied. Allocates the Uint8Array; offset and length do not.`),
      body: [`return new Uint8Array(view.buffer, view.byteOffset + ${`p + ${ir.offset}`}, ${length});`],
    }),
  ];
  if (field.bitmap) statements.push(bitReader(field));
  return statements;
}

function bitReader(field: ArrayModel): Statement {
  const bits =
    field.count?.unit === 'bits'
      ? loadAtom(field.count.ir.type, 'p', field.count.ir.offset)
      : `8 * ${field.fixed ?? `${field.derived.length}(view, p)`}`;
  return fn({
    name: field.derived.bit ?? '',
    parameters: VIEW_I,
    returns: 'boolean',
    doc: doc(`Bit i of ${field.ir.name}, bit 0 being the lowest of the first byte; false outside the bitmap.`),
    body: [
      `if (!(i >= 0 && i < ${bits})) return false;`,
      `return ((view.getUint8(p + ${field.ir.offset} + (i >>> 3)) >>> (i & 7)) & 1) === 1;`,
    ],
  });
}

/** Support functions the readers of a body call. */
export const readerImports = (body: BodyModel): string[] =>
  body.fields.some((field: FieldModel) => field.kind === 'int' && field.ir.type === 'u64') ? ['u64_number'] : [];
