/** What the schema tests need of the generator, by its public name. */
export {
  type BodyIR,
  CATALOG,
  type Compiled,
  compile,
  type Diagnostic,
  type DialectIR,
  type FamilyIR,
  type FieldIR,
  listSchema,
  type Place,
  type SchemaText,
  type StructIR,
} from '@virtio-wire/generator';
