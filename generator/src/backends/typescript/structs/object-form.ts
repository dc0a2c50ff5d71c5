import type { MemberIR } from '../../../ir/structs.js';
import { elementSizeOf, fixedSizeOf, isFixed } from '../../../ir/structs.js';
import { doc } from '../docs.js';
import { store } from '../expressions.js';
import { a, call } from '../lines.js';
import { fn, iface, type Statement, VIEW, VIEW_END } from '../render.js';
import { copyText, givenFor, storeWord } from './encode.js';
import { shapeInterfaces, shapeLiteral } from './fields-form.js';
import { elementStart, type Start, startOf, startText } from './place.js';
import { countedBy, type ShapeModel } from './shape-model.js';

/** The owned object form: its types, `decode`, `decodeExact` and `encode_fields`. */
export function shapeObjectForm(model: ShapeModel): Statement[] {
  const { ir, names } = model;
  const size = model.size === null ? names.names.free('bytes') : `${model.size}`;
  const code = names.names.free('code');
  const bounded = model.segments.at(-1)?.array === model.rest && model.rest !== null;
  return [
    ...shapeInterfaces(model),
    iface('Struct', doc('Owned object form. `surplus` is how many of the bytes given lie behind the struct.'), [
      { name: 'name', type: `'${ir.key}'`, doc: '', readonly: true },
      { name: 'fields', type: 'Fields', doc: '' },
      { name: 'size', type: 'number', doc: '' },
      { name: 'surplus', type: 'number', doc: '' },
    ]),
    fn({
      name: 'decode',
      parameters: VIEW_END,
      returns: 'Struct | WireError',
      doc: doc(
        'Reads bytes p..end-1 into an object; an error where check refuses them. Nothing is allocated before check has passed.',
      ),
      body: [
        `const ${code} = check(view, p, end);`,
        `if (${code} !== 0) return describe(view, p, end, ${code});`,
        ...(model.size === null ? [`const ${size} = size(view, p${bounded ? ', end' : ''});`] : []),
        'return {',
        '  name: STRUCT.name,',
        '  fields: {',
        ...shapeLiteral(model).map((line) => `    ${line}`),
        '  },',
        `  size: ${size},`,
        `  surplus: end - p - ${size},`,
        '};',
      ],
    }),
    fn({
      name: 'decodeExact',
      parameters: VIEW_END,
      returns: 'Struct | WireError',
      doc: doc('Like decode, but bytes behind the struct are an error.'),
      body: ['return exact_struct(decode(view, p, end));'],
    }),
    encodeFields(model),
  ];
}

/** Writes from the object form: `encode` with what is given, then what is reserved where it is given as well. */
function encodeFields(model: ShapeModel): Statement {
  const { ir } = model;
  const args = ir.fields.flatMap((member) => givenFor(model, member).map(({ path }) => `fields.${path}`));
  const patches = ir.fields.flatMap((member) => reservedStores(model, member));
  const guards = ir.fields.flatMap((member) => disagreement(model, member));
  const encode = call(patches.length === 0 ? 'return ' : 'const written = ', 'encode', ['view', 'p', ...args]);
  const unused = args.length === 0 && patches.length === 0;
  return fn({
    name: 'encode_fields',
    parameters: [...VIEW, { name: unused ? '_fields' : 'fields', type: 'FieldsInput' }],
    returns: 'number',
    doc: doc(
      `Writes ${a(ir.key)} from its object form. Reserved values are written when given.`,
      model.elements.size > 0
        ? 'Returns the size, or 0 when values contradict each other or do not fit; what was written by then means nothing.'
        : 'Returns the size, or 0 with nothing written when values contradict each other or do not fit.',
    ),
    body:
      patches.length === 0
        ? [...guards, ...encode]
        : [...guards, ...encode, 'if (written === 0) return 0;', ...bounds(model), ...patches, 'return written;'],
  });
}

/** What follows an array of the rest is found by the end of the struct. */
const bounds = (model: ShapeModel): string[] =>
  model.rest !== null &&
  model.ir.fields.some((m) => m.after === model.rest?.name && reservedStores(model, m).length > 0)
    ? ['const end = p + written;']
    : [];

/** A count that is given must be that of its array. */
function disagreement(model: ShapeModel, member: MemberIR): string[] {
  if (member.kind !== 'int') return [];
  const array = countedBy(model, member);
  if (array === undefined || !('field' in array.count)) return [];
  const { unit, plus } = array.count;
  const each = unit === 'bytes' ? elementSizeOf(array) : 1;
  const given = `fields.${optionalPath(member.name)}`;
  const n = `${each === 1 ? '' : `${each} * `}fields.${array.name}.length${plus === 0 ? '' : ` ${plus < 0 ? '+' : '-'} ${Math.abs(plus)}`}`;
  const value = member.type === 'u64' ? `Number(${given})` : given;
  return [`if (${given} !== undefined && ${value} !== ${n}) return 0;`];
}

/** An outer struct may be left out where everything in it may; asking carefully costs nothing where it may not. */
const optionalPath = (path: string): string => path.replaceAll('.', '?.');

function reservedStores(model: ShapeModel, member: MemberIR): string[] {
  const path = `fields.${optionalPath(member.name)}`;
  const { base, offset } = startOf(model, member);
  if (member.kind === 'int') {
    if (member.bits.some((b) => b.reserved)) {
      const store = storeWord(
        member,
        (b) => (b.reserved ? `(${path}?.${b.name} ?? 0)` : `fields.${member.name}.${b.name}`),
        base,
        offset,
      );
      return store;
    }
    if (!member.reserved) return [];
    return [`if (${path} !== undefined) {`, ...store(member.type, base, offset, path).map((line) => `  ${line}`), '}'];
  }
  if (!member.reserved || !isFixed(member.count)) return [];
  if (member.kind === 'bytes')
    return [`if (${path} !== undefined) ${copyText(startText(model, member), path, fixedSizeOf(member))}`];
  if (member.kind !== 'ints') return [];
  const element: Start = elementStart({ base, offset }, member.elementSize);
  const zero = member.type === 'u64' ? '0n' : '0';
  return [
    `for (let i = 0; i < ${member.count.fixed}; i++) {`,
    ...store(member.type, element.base, element.offset, `(${path}?.[i] ?? ${zero})`).map((line) => `  ${line}`),
    '}',
  ];
}
