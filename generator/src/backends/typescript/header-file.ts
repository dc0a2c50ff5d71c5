import { describeHeader, describeHeaderImports } from './describe.js';
import { doc, placed, sentence } from './docs.js';
import { hex, load, pick, store } from './expressions.js';
import type { HeaderFieldModel, HeaderModel, WordModel } from './header-model.js';
import { Names } from './names.js';
import { constant, fn, iface, importNames, type Statement, VIEW } from './render.js';
import type { DialectModel } from './view-model.js';

/** `header.ts`: word readers, pickers over words, in-place writers and the owned form. */
export function headerFile({ header, support }: DialectModel): Statement[] {
  return [
    importNames(support, describeHeaderImports(header)),
    constant('SIZE', `${header.size}`, 'Bytes of a header; the body starts here.'),
    ...header.words.map(wordReader),
    ...pickers(header),
    ...header.fields.map(writer),
    iface(
      'Header',
      'A header, owned.',
      header.fields.map(({ ir }) => ({ name: ir.name, type: 'number', doc: doc(ir.doc) })),
    ),
    fn({
      name: 'read',
      parameters: VIEW,
      returns: 'Header',
      doc: 'The header at p as an object. The caller has made sure that SIZE bytes are there.',
      body: ['return {', ...header.fields.map(({ ir }) => `  ${ir.name}: ${load(ir.type, 'p', ir.offset)},`), '};'],
    }),
    describeHeader(header),
  ];
}

// A full word is read signed: an int32 is always a small integer, a uint32 above 2^31 would be boxed on its way to a
// handler. The pickers give unsigned results either way.
const wordReader = (word: WordModel): Statement =>
  fn({
    name: word.reader,
    parameters: VIEW,
    returns: 'number',
    doc: doc(
      `Header bytes ${word.offset}..${word.offset + word.bytes - 1} as one integer, for the pickers below.`,
      word.bytes === 4 ? 'Signed on purpose: an int32 never needs a heap number.' : '',
    ),
    body: [`return ${wordLoad(word)};`],
  });

/** Reads a header word; also emitted inline by the stream loop. */
export const wordLoad = (word: WordModel): string =>
  load(word.bytes === 4 ? 's32' : word.bytes === 3 ? 'u24' : word.bytes === 2 ? 'u16' : 'u8', 'p', word.offset);

function pickers(header: HeaderModel): Statement[] {
  const names = new Names(header.fields.map(({ name }) => name));
  return header.fields.flatMap((field) => [
    fn({
      name: field.name,
      parameters: [{ name: field.word.name, type: 'number' }],
      returns: 'number',
      doc: doc(...placed(field.ir.type, field.ir.offset, field.ir.size, field.ir)),
      body: [`return ${pickField(field)};`],
    }),
    ...field.ir.bits
      .filter((bits) => !bits.reserved)
      .map((bits) => {
        const flag = bits.width === 1;
        const wish = flag && !bits.name.startsWith('is_') ? `is_${bits.name}` : bits.name;
        const shift = field.shift + bits.lsb;
        return fn({
          name: names.claim(wish),
          parameters: [{ name: field.word.name, type: 'number' }],
          returns: flag ? 'boolean' : 'number',
          doc: doc(
            `Bit${flag ? '' : 's'} ${bits.lsb}${flag ? '' : `..${bits.lsb + bits.width - 1}`} of ${field.ir.name}: ${sentence(bits.doc)}`,
          ),
          body: [
            flag
              ? `return (${field.word.name} & ${hex((1 << shift) | 0)}) !== 0;`
              : `return ${pick(field.word.name, shift, bits.width)};`,
          ],
        });
      }),
  ]);
}

/** The field of a header word, unsigned. */
export function pickField({ word, shift, width }: HeaderFieldModel): string {
  return pick(word.name, shift, width);
}

const writer = (field: HeaderFieldModel): Statement =>
  fn({
    name: `set_${field.name}`,
    parameters: [...VIEW, { name: 'value', type: 'number' }],
    returns: 'void',
    doc: doc(`Writes ${field.ir.name} in place.`),
    body: store(field.ir.type, 'p', field.ir.offset, 'value'),
  });
