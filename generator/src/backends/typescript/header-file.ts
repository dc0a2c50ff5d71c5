import { checkHeader, messageSize } from './check.js';
import { describeHeader, describeHeaderImports, typeBits } from './describe.js';
import { doc, placed, sentence } from './docs.js';
import { load, loadAtom, pick, store } from './expressions.js';
import type { HeaderFieldModel, HeaderModel, WordModel } from './header-model.js';
import { pickBits, pickField, testBit, wordLoad } from './header-word.js';
import { constant, fn, iface, importNames, type Parameter, type Statement, VIEW } from './render.js';
import type { DialectModel } from './view-model.js';

/** `header.ts`: word readers, pickers over words, in-place writers, checks and the owned form. */
export function headerFile({ header, support }: DialectModel): Statement[] {
  return [
    importNames(support, describeHeaderImports(header)),
    constant('SIZE', `${header.size}`, 'Bytes of a header; the body starts here.'),
    ...header.words.map(wordReader),
    ...header.fields.flatMap(pickers),
    ...header.fields.map(writer),
    iface(
      'Header',
      'A header, owned.',
      header.fields.flatMap((field) => [
        { name: field.ir.name, type: 'number', doc: doc(field.ir.doc) },
        ...partsOf(field).map((bits) => ({ name: bits.name, type: 'number', doc: doc(bits.doc) })),
      ]),
    ),
    fn({
      name: 'read',
      parameters: VIEW,
      returns: 'Header',
      doc: 'The header at p as an object. The caller has made sure that SIZE bytes are there.',
      body: [
        'return {',
        ...header.fields.flatMap((field) => {
          const { name, type, offset } = field.ir;
          const word = loadAtom(type, 'p', offset);
          return [
            `  ${name}: ${load(type, 'p', offset)},`,
            ...partsOf(field).map((bits) => `  ${bits.name}: ${pick(word, bits.lsb, bits.width)},`),
          ];
        }),
        '};',
      ],
    }),
    ...objectForm(header),
    ...checkHeader(header),
    ...describeHeader(header),
  ];
}

/** Groups of bits that stand beside their word: those of a field with a role belong to the codec. */
const partsOf = ({ ir }: HeaderFieldModel) => (ir.role === null ? ir.bits.filter((bits) => !bits.reserved) : []);

// A full word is read signed: an int32 is always a small integer, a uint32 above 2^31 would be boxed on its way to a
// handler. The pickers give unsigned results either way.
const wordReader = (word: WordModel): Statement =>
  fn({
    name: word.reader,
    parameters: VIEW,
    returns: 'number',
    doc: doc(
      word.bytes === 1
        ? `Header byte ${word.offset}, for the pickers below.`
        : `Header bytes ${word.offset}..${word.offset + word.bytes - 1} as one integer, for the pickers below.`,
      word.bytes === 4 ? 'Signed on purpose: an int32 never needs a heap number.' : '',
    ),
    body: [`return ${wordLoad(word)};`],
  });

function pickers(field: HeaderFieldModel): Statement[] {
  const parameters: readonly Parameter[] = [{ name: field.word.name, type: 'number' }];
  return [
    fn({
      name: field.name,
      parameters,
      returns: 'number',
      doc: doc(...placed(field.ir.type, field.ir.offset, field.ir.size, field.ir)),
      body: [`return ${pickField(field)};`],
    }),
    ...field.bits.map(({ ir: { lsb, width, doc: text }, name }) =>
      fn({
        name,
        parameters,
        returns: width === 1 ? 'boolean' : 'number',
        doc: doc(
          `Bit${width === 1 ? '' : 's'} ${lsb}${width === 1 ? '' : `..${lsb + width - 1}`} of ${field.ir.name}: ${sentence(text)}`,
        ),
        body: [`return ${width === 1 ? testBit(field, lsb) : pickBits(field, lsb, width)};`],
      }),
    ),
  ];
}

const writer = (field: HeaderFieldModel): Statement =>
  fn({
    name: field.setter,
    parameters: [...VIEW, { name: 'value', type: 'number' }],
    returns: 'void',
    doc: doc(`Writes ${field.ir.name} in place.`),
    body: store(field.ir.type, 'p', field.ir.offset, 'value'),
  });

/** What all bodies of the dialect share of their object form. */
function objectForm(header: HeaderModel): Statement[] {
  const { type, id, fixedSize } = header;
  const values: Parameter = { name: 'values', type: 'Partial<Header>' };
  const body: Parameter = { name: 'body', type: 'Body' };
  const other = (field: HeaderFieldModel): string => `values.${field.ir.name}`;
  const property = (name: string, type: string, text = '') => ({ name, type, doc: text, readonly: true });
  return [
    iface('Body', 'What sets a message body apart.', [
      ...['name', 'class', 'message', 'kind'].map((name) => property(name, 'string')),
      ...['type', 'id'].map((name) => property(name, 'number')),
      property('minSize', 'number'),
      property('size', 'number | null'),
      property('fields', 'Readonly<Record<string, number>>'),
    ]),
    [
      '/** The object form of the message at p, all of whose content is there. */',
      'export function owned<B extends Body, F>(view: DataView, p: number, body: B, fields: F, content: number) {',
      `  const size = ${messageSize(header)};`,
      '  return {',
      ...['name', 'class', 'message', 'kind'].map((key) => `    ${key}: body.${key} as B['${key}'],`),
      '    header: read(view, p),',
      '    fields,',
      '    size,',
      // Bytes of a frame behind the content are padding.
      `    surplus: ${fixedSize === null ? 'size - content' : '0'},`,
      '  };',
      '}',
    ].join('\n'),
    fn({
      name: 'fits',
      parameters: [values, body],
      returns: 'boolean',
      doc: doc('Whether the values given for a header do not contradict the type and id of a body.'),
      body: [
        ...(type === null
          ? []
          : [`if (${other(type)} !== undefined && (${typeBits(header, other(type))}) !== body.type) return false;`]),
        `return ${other(id)} === undefined || ${other(id)} === body.id;`,
      ],
    }),
    fn({
      name: 'patch',
      parameters: [...VIEW, values, { name: 'size', type: 'number' }],
      returns: 'number',
      doc: doc(
        'Writes the values given for a header that no encoder takes: free bits of its type and reserved fields.',
        'Takes the size an encoder returned and returns it; nothing is written behind an encoder that wrote nothing.',
      ),
      body: [
        'if (size === 0) return 0;',
        ...[...(type === null ? [] : [type]), ...header.fields.filter(({ ir }) => ir.reserved && ir.role === null)].map(
          (field) => `if (${other(field)} !== undefined) ${field.setter}(view, p, ${other(field)});`,
        ),
        'return size;',
      ],
    }),
  ];
}
