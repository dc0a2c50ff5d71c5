import type { BodyModel, IntModel } from './body-model.js';
import { doc } from './docs.js';
import { hex, loadAtom, maskOf, put, store } from './expressions.js';
import { fn, type Parameter, type Statement, VIEW } from './render.js';

const value = (type: string, name = 'value'): Parameter => ({ name, type });

/** Functions that change one field of a message in place; whole messages are written by `encode`. */
export const writers = (body: BodyModel): Statement[] =>
  body.fields.flatMap((field) => {
    if (field.kind === 'int') return intWriters(field);
    if (field.ir.kind !== 'ints') return [];
    const scaled = field.elementSize === 1 ? 'p + i' : `p + ${field.elementSize} * i`;
    const type = field.ir.type === 'u64' ? 'bigint' : 'number';
    return [
      fn({
        name: field.derived.set_at ?? '',
        parameters: [...VIEW, { name: 'i', type: 'number' }, value(type)],
        returns: 'void',
        doc: doc(`Writes element i of ${field.ir.name} in place; 0 <= i < ${field.derived.count}.`),
        body: store(field.ir.type, scaled, field.ir.offset, 'value'),
      }),
    ];
  });

function intWriters(field: IntModel): Statement[] {
  const { ir } = field;
  const whole = fn({
    name: field.setter,
    parameters: [...VIEW, value(ir.type === 'u64' ? 'bigint' : 'number')],
    returns: 'void',
    doc: doc(`Writes ${ir.name} in place; bits that do not fit are dropped.`),
    body: store(ir.type, 'p', ir.offset, 'value'),
  });
  if (ir.type === 'u64') {
    const halves = fn({
      name: field.derived.set_lohi ?? '',
      parameters: [...VIEW, value('number', 'lo'), value('number', 'hi')],
      returns: 'void',
      doc: doc(`Writes ${ir.name} in place from its low and high 32 bits.`),
      body: [...store('u32', 'p', ir.offset, 'lo'), ...store('u32', 'p', ir.offset + 4, 'hi')],
    });
    return [whole, halves];
  }
  const parts = field.parts.map(({ ir: part, setter }) => {
    const full = 2 ** (8 * ir.size) - 1;
    const others = full - maskOf(part.lsb, part.width);
    const moved = put('value', part.lsb, part.width);
    const word = others === 0 ? moved : `(${loadAtom(ir.type, 'p', ir.offset)} & ${hex(others)}) | ${moved}`;
    return fn({
      name: setter,
      parameters: [...VIEW, value('number')],
      returns: 'void',
      doc: doc(`Writes ${part.name} in place and keeps the other bits of ${ir.name}.`),
      body: store(ir.type, 'p', ir.offset, word),
    });
  });
  return [whole, ...parts];
}
