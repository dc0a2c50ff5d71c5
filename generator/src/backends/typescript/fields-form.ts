import type { BodyModel, FieldModel } from './body-model.js';
import { doc } from './docs.js';
import { a } from './lines.js';
import { iface, type Property, type Statement } from './render.js';

function owned(field: FieldModel): string {
  if (field.kind === 'int') return field.ir.type === 'u64' ? 'bigint' : 'number';
  if (field.ir.kind === 'bytes') return 'Uint8Array';
  return field.ir.type === 'u64' ? 'bigint[]' : 'number[]';
}

const accepted = (field: FieldModel): string => owned(field).replace(/^(\w+)\[\]$/, 'ArrayLike<$1>');

/** What may be left out when encoding: reserved values, counts, and either a word or its parts. */
const optional = (field: FieldModel): boolean =>
  field.kind === 'int'
    ? field.ir.reserved || field.counts !== null || field.parts.length > 0
    : field.ir.reserved && field.fixed !== null;

/** `Fields`, which `decode` makes, and `FieldsInput`, which `encode_message` takes. */
export function fieldInterfaces(body: BodyModel): Statement[] {
  const made = body.fields.flatMap((field): Property[] => [
    { name: field.ir.name, type: owned(field), doc: doc(field.ir.doc) },
    ...parts(field).map(({ ir }) => ({ name: ir.name, type: 'number', doc: doc(ir.doc) })),
  ]);
  const taken = body.fields.flatMap((field): Property[] => [
    { name: field.ir.name, type: accepted(field), doc: '', optional: optional(field), readonly: true },
    ...parts(field).map(({ ir }) => ({ name: ir.name, type: 'number', doc: '', optional: true, readonly: true })),
  ]);
  return [
    iface(
      'Fields',
      doc(`The fields of ${a(body.name)}, owned: nothing in it refers to the buffer it was read from.`),
      made,
    ),
    iface(
      'FieldsInput',
      doc('What encode_message takes. Reserved values, counts, and either a word or its parts may be left out.'),
      taken,
    ),
  ];
}

const parts = (field: FieldModel) => (field.kind === 'int' ? field.parts : []);

/** The object literal of all fields, one reader call per line. */
export function fieldsLiteral(body: BodyModel): string[] {
  return body.fields.flatMap((field) => {
    const { name } = field.ir;
    if (field.kind === 'int') {
      return [
        `${name}: ${field.reader}(view, p),`,
        ...field.parts.map((part) => `${part.ir.name}: ${part.reader}(view, p),`),
      ];
    }
    if (field.ir.kind === 'bytes') return [`${name}: ${field.derived.view}(view, p).slice(),`];
    return [
      `${name}: Array.from({ length: ${field.derived.count}(view, p) }, (_, i) => ${field.derived.at}(view, p, i)),`,
    ];
  });
}
