import type { Place } from '../../diagnostics/diagnostic.js';
import { knownNames } from '../../diagnostics/did-you-mean.js';
import { Report } from '../../diagnostics/report.js';
import { fixedSizeOf, type MemberIR, type StructIR, varies } from '../../ir/structs.js';
import type { ConstraintIR } from '../../ir/types.js';
import type { FieldSource } from '../../language/field.js';
import type { MemoryLayoutSource, StructSource } from '../../language/memory.js';
import { parseType } from '../../language/type-expression.js';
import type { Path } from '../../read/source-file.js';
import type { ResolvedDialect } from '../../resolve/resolved.js';
import { placeOf } from '../check-fields.js';
import type { FieldsContext } from '../fields-context.js';
import { boundsOf, layConstraint, namesRead } from '../lay-constraints.js';
import { layMembers, type Plan } from './lay-members.js';
import { layStruct } from './lay-struct.js';
import { ShapeBuilder } from './shape-builder.js';

/** What the slots of a region are called among its fields. */
const SLOTS = 'slots';

/** A region of shared memory: a struct whose fields stand where `at` puts them, and whose last array is its slots. */
export function layLayout(
  name: string,
  layout: MemoryLayoutSource,
  structs: Readonly<Record<string, StructSource>>,
  dialect: ResolvedDialect,
  report: Report,
): StructIR {
  const { protocol, dialect: family } = dialect.value;
  const path = ['layouts', name];
  const spec = layout.spec ?? dialect.value.spec;
  const context: FieldsContext = {
    origin: { source: dialect.source, path, protocol, dialect: family },
    path: [...path, 'fields'],
    start: 0,
    spec,
    dialect,
    inHeader: false,
    report,
  };
  const builder = new ShapeBuilder();
  const placer = new Placer(layout, path, builder, context);
  const place = (source: FieldSource, at: Path): boolean => placer.place(source, at);
  const whole: Plan['whole'] = (base, struct, within) =>
    layStruct(base, struct, structs, dialect, new Report(), within);
  layMembers(layout.fields, '', builder, { structs, arms: new Map(), tails: [], trail: [name], place, whole }, context);
  placer.end();
  const minSize = builder.position.offset;
  const slots = layout.slots === undefined ? null : placer.slots(layout.slots, spec);
  const shape = {
    key: name,
    aliases: [],
    doc: layout.doc,
    spec,
    tail: null,
    arm: null,
    minSize,
    maxSize: slots === null ? minSize : null,
    fields: slots === null ? builder.members : [...builder.members, slots],
  };
  const region = {
    align: layout.align ?? null,
    minSlots: layout.slots?.min ?? null,
    magic:
      layout.magic !== undefined && isField(layout.magic.field, ['magic', 'field'], context, builder)
        ? layout.magic
        : null,
    chain: layout.chain !== undefined && isField(layout.chain, ['chain'], context, builder) ? layout.chain : null,
    constraints: layConstraints(layout, spec, context, builder),
  };
  return { name, doc: layout.doc, spec, choice: { by: 'none' }, region, shapes: [shape] };
}

function isField(
  name: string,
  path: Path,
  { origin, report }: FieldsContext,
  { members, lost }: ShapeBuilder,
): boolean {
  if (lost.has(name)) return false;
  if (members.some((m) => m.name === name)) return true;
  const hint = knownNames(
    name,
    members.map((m) => m.name),
  );
  report.add('VW207', origin.source.place([...origin.path, ...path]), `"${name}" is not a field of this layout`, {
    hint,
  });
  return false;
}

function layConstraints(
  { fields, constraints }: MemoryLayoutSource,
  spec: string,
  { origin, report }: FieldsContext,
  { members, lost }: ShapeBuilder,
): ConstraintIR[] {
  const stated = (constraints ?? []).flatMap((constraint, i) => {
    if (namesRead(constraint).some((name) => lost.has(name))) return [];
    const place = (key: string): Place => origin.source.place([...origin.path, 'constraints', i, key]);
    // Groups of bits have dotted names, which expressions cannot read.
    const known = members.map(({ name, kind }) => ({ name, kind }));
    return layConstraint(constraint, known, spec, place, report) ?? [];
  });
  return [...fields.flatMap((field) => (lost.has(field.name) ? [] : boundsOf(field, spec))), ...stated];
}

/** Puts field after field where the source has it, and accounts for every byte between them. */
class Placer {
  /** The field before the one at hand: what an overlap or a hole begins with. */
  #before: Path | null = null;
  /** Once fields overlap, the offsets behind them say nothing more. */
  #lost = false;

  constructor(
    readonly layout: MemoryLayoutSource,
    readonly path: Path,
    readonly builder: ShapeBuilder,
    readonly context: FieldsContext,
  ) {}

  /** Whether the field can stand in a region at all, where it then is. */
  place(source: FieldSource, path: Path): boolean {
    const { builder, context } = this;
    const refused =
      (['union', 'tail', 'align'] as const).find((key) => source[key] !== undefined) ??
      (varying(source) ? 'type' : undefined);
    if (refused !== undefined) {
      context.report.add(
        'VW308',
        context.origin.source.placeOfKey([...path, refused]),
        `"${refused}" of "${source.name}": a region of memory holds fields of fixed size at fixed offsets`,
        { hint: 'place fields with "at"; what repeats to the end of the region is "slots"' },
      );
      return false;
    }
    if (builder.lost.size === 0 && builder.position.after === null && source.at !== undefined)
      this.#to(source.at, `"${source.name}"`, [...path, 'at'], source.at % (this.layout.align ?? 1) === 0);
    this.#before = path;
    return true;
  }

  /** From the last field to the end of the fixed part. */
  end(): void {
    const { size, align } = this.layout;
    if (this.builder.lost.size > 0) return;
    const wide = this.builder.members.find(varies);
    if (wide !== undefined) {
      this.context.report.add(
        'VW308',
        placeOf(this.context, [...this.path, 'fields']),
        `"${wide.name}" has no fixed size: a region of memory holds fields of fixed size at fixed offsets`,
        { hint: 'what repeats to the end of the region is "slots"' },
      );
      return;
    }
    this.#to(size, 'the end', [...this.path, 'size'], size % (align ?? 1) === 0);
  }

  slots({ at, stride, doc }: NonNullable<MemoryLayoutSource['slots']>, spec: string): MemberIR | null {
    const { builder, context } = this;
    const path = [...this.path, 'slots'];
    if (builder.find(SLOTS) !== undefined) {
      const index = this.layout.fields.findIndex((f) => f.name === SLOTS);
      context.report.add('VW213', placeOf(context, path), 'the name "slots" is taken by a field', {
        also: { ...placeOf(context, [...this.path, 'fields', index, 'name']), text: 'first declared here' },
        hint: 'give the field another name',
      });
      return null;
    }
    if (at !== this.layout.size) {
      context.report.add(
        at < this.layout.size ? 'VW313' : 'VW314',
        placeOf(context, [...path, 'at']),
        at < this.layout.size
          ? `the slots begin at offset ${at}, before the ${this.layout.size} bytes of fields end`
          : `nothing accounts for the ${at - this.layout.size} bytes between the fields and the slots at ${at}`,
        {
          also: { ...placeOf(context, [...this.path, 'size']), text: 'the fields end here' },
          hint: 'slots begin where the fixed part ends: give both the same offset',
        },
      );
    }
    const value = { name: '', offset: 0, after: null, reserved: false, doc, spec, validWhen: [] };
    return {
      ...value,
      name: SLOTS,
      offset: this.layout.size,
      kind: 'records',
      elementSize: stride,
      count: { rest: true },
      fields: [{ ...value, kind: 'bytes', count: { fixed: stride }, format: 'bytes' }],
    };
  }

  /** Goes on at `offset`. Bytes that are skipped are accounted for where the alignment of the region explains them. */
  #to(offset: number, what: string, path: Path, aligned: boolean): void {
    const { builder, context } = this;
    if (this.#lost) return;
    const from = builder.position.offset;
    const last = builder.members.at(-1);
    const also =
      this.#before === null || last === undefined
        ? {}
        : { also: { ...placeOf(context, this.#before), text: `"${last.name}" ends at offset ${from}` } };
    if (offset < from) {
      this.#lost = true;
      const field = last === undefined ? 'nothing' : `"${last.name}" at ${last.offset}, ${fixedSizeOf(last)} bytes`;
      context.report.add('VW313', placeOf(context, path), `${what} at offset ${offset} overlaps ${field}`, {
        ...also,
        hint: `the next free offset is ${from}: one of the offsets or types is wrong`,
      });
      return;
    }
    if (offset > from && (this.layout.align === undefined || !aligned)) {
      const { align } = this.layout;
      const why = align === undefined ? '' : `, which is no multiple of ${align}`;
      context.report.add(
        'VW314',
        placeOf(context, path),
        `nothing accounts for the ${offset - from} bytes before ${what} at offset ${offset}${why}`,
        { ...also, hint: 'name them in a reserved field, or state the alignment that makes them: align' },
      );
    }
    builder.skip(offset - from);
  }
}

/** A field whose size its own bytes or those behind it tell. */
function varying({ type }: FieldSource): boolean {
  const count = type === undefined ? null : (parseType(type)?.count ?? null);
  return count !== null && !('fixed' in count);
}
