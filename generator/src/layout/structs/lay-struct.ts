import type { Report } from '../../diagnostics/report.js';
import type { ChoiceIR, ShapeIR, StructIR } from '../../ir/structs.js';
import { leastBytes, varies } from '../../ir/structs.js';
import type { FieldSource } from '../../language/field.js';
import type { StructSource } from '../../language/memory.js';
import type { Path } from '../../read/source-file.js';
import type { Origin, ResolvedDialect } from '../../resolve/resolved.js';
import type { FieldsContext } from '../fields-context.js';
import { layMembers } from './lay-members.js';
import { ShapeBuilder } from './shape-builder.js';
import { checkTails, tailsOf } from './tails.js';
import { checkUnion, type FoundUnion, unionsIn, valuesOf } from './unions.js';

/** One way to lay a struct out: its own fields, or those of another reading. */
export interface Reading {
  readonly name: string | null;
  readonly tail: string | null;
  readonly doc: string;
  readonly spec: string;
  readonly fields: readonly FieldSource[];
  readonly path: Path;
  /** What stands before the fields, and what their paths begin with. */
  readonly frame: { readonly fields: readonly FieldSource[]; readonly path: Path; readonly prefix: string } | null;
}

/** A struct and all shapes it may have. */
export function layStruct(
  name: string,
  struct: StructSource,
  structs: Readonly<Record<string, StructSource>>,
  dialect: ResolvedDialect,
  report: Report,
): StructIR {
  const origin: Origin = {
    source: dialect.source,
    path: ['structs', name],
    protocol: dialect.value.protocol,
    dialect: dialect.value.dialect,
  };
  const spec = struct.spec ?? dialect.value.spec;
  const own: Reading = {
    name: struct.reading ?? null,
    tail: null,
    doc: struct.doc,
    spec,
    fields: struct.fields,
    path: [...origin.path, 'fields'],
    frame: null,
  };
  const others = Object.entries(struct.readings ?? {})
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(
      ([reading, r]): Reading => ({
        name: reading,
        tail: r.tail ?? null,
        doc: r.doc,
        spec: r.spec ?? spec,
        fields: r.fields,
        path: [...origin.path, 'readings', reading, 'fields'],
        frame: null,
      }),
    );
  const context = (reading: Reading): FieldsContext => ({
    origin,
    path: reading.path,
    start: 0,
    spec: reading.spec,
    dialect,
    inHeader: false,
    report,
  });
  const lay = (reading: Reading): Laid => layReading(name, reading, reading === own, structs, context(reading));
  const first = lay(own);
  return {
    name,
    doc: struct.doc,
    spec,
    choice: first.choice,
    shapes: [...first.shapes, ...others.flatMap((reading) => lay(reading).shapes)],
  };
}

export interface Laid {
  readonly choice: ChoiceIR;
  readonly shapes: readonly ShapeIR[];
}

/** The shapes of one reading, and what chooses among them. */
export function layReading(
  name: string,
  reading: Reading,
  isOwn: boolean,
  structs: Readonly<Record<string, StructSource>>,
  context: FieldsContext,
): Laid {
  const union = oneUnion(name, reading, structs, context);
  const tails = tailsOf(reading.fields);
  checkTails(reading.fields, context);
  const shape = (arm: string | null, tail: string | null): ShapeIR => {
    const builder = new ShapeBuilder();
    const until = tail === null ? 0 : tails.indexOf(tail) + 1;
    const plan = { structs, arm, tails: tails.slice(0, until), trail: [name] };
    if (reading.frame !== null)
      layMembers(reading.frame.fields, '', builder, plan, { ...context, path: reading.frame.path });
    layMembers(reading.fields, reading.frame?.prefix ?? '', builder, plan, context);
    const { key, aliases } = keyOf(
      name,
      isOwn ? null : reading.name,
      arm,
      tail ?? reading.tail,
      reading,
      tails.length > 0,
    );
    return {
      key,
      aliases,
      doc: arm === null ? reading.doc : `${reading.doc} ${union?.union.arms[arm]?.doc ?? ''}`.trim(),
      spec: reading.spec,
      tail: tail ?? reading.tail,
      arm,
      ...sizesOf(builder),
      fields: builder.members,
    };
  };
  if (union !== null) {
    const arms = armsOf(union);
    const shapes = arms.map((arm) => shape(arm, null));
    return { shapes, choice: choiceOf(union, arms, shapes) };
  }
  if (tails.length > 0) {
    const shapes = [null, ...tails].map((tail) => shape(null, tail));
    return { shapes, choice: { by: 'size', shapes: shapes.map((s) => s.key) } };
  }
  return { shapes: [shape(null, null)], choice: { by: 'none' } };
}

/** The union that gives the struct its shapes, or null. Two would multiply them, and so would a tail. */
function oneUnion(
  name: string,
  reading: Reading,
  structs: Readonly<Record<string, StructSource>>,
  context: FieldsContext,
): FoundUnion | null {
  const found = unionsIn(reading.fields, reading.path, reading.frame?.prefix ?? '', structs, [name]);
  for (const union of found) checkUnion(union, context);
  const [first, second] = found;
  const tail = reading.fields.findIndex((f) => f.tail !== undefined);
  const { report, origin } = context;
  if (second !== undefined)
    report.add(
      'VW309',
      origin.source.place(second.place),
      `struct "${name}" has two unions, which cannot be laid out yet`,
      {
        hint: 'take one of them as bytes',
      },
    );
  else if (first !== undefined && tail >= 0)
    report.add(
      'VW309',
      origin.source.place([...reading.path, tail]),
      `struct "${name}" has a union and a tail, which cannot be laid out yet`,
      {
        hint: 'give the structs that end before the tail a name of their own',
      },
    );
  return first ?? null;
}

/** The arms by the lowest value that chooses them, then the default, then those that are asked for by name. */
function armsOf({ union }: FoundUnion): string[] {
  const rank = (arm: string): readonly [number, number] => [
    Number(union.arms[arm]?.by_name === true),
    Math.min(Number.MAX_VALUE, ...valuesOf(union.arms[arm]?.when)),
  ];
  return Object.keys(union.arms).sort((a, b) => {
    const [x, y] = [rank(a), rank(b)];
    return x[0] - y[0] || x[1] - y[1] || (a < b ? -1 : 1);
  });
}

/** `name[+tail][/arm][-reading][:part]`: what the shapes of a struct are asked for by. */
function keyOf(
  name: string,
  other: string | null,
  arm: string | null,
  tail: string | null,
  reading: Reading,
  hasTails: boolean,
): { key: string; aliases: string[] } {
  const [whole = '', part] = name.split(':');
  const base = tail === null ? (hasTails ? `${whole}+bare` : whole) : `${whole}+${tail}`;
  const spelled = (...parts: readonly (string | null)[]): string => {
    const slash = parts.filter((text) => text !== null).join('-');
    return `${base}${slash === '' ? '' : `/${slash}`}${part === undefined ? '' : `:${part}`}`;
  };
  const hasAlias = other === null && reading.name !== null;
  return { key: spelled(arm, other), aliases: hasAlias ? [spelled(arm, reading.name)] : [] };
}

function choiceOf({ union, prefix }: FoundUnion, arms: readonly string[], shapes: readonly ShapeIR[]): ChoiceIR {
  const keyOfArm = (arm: string): string => shapes[arms.indexOf(arm)]?.key ?? '';
  const otherwise = arms.find((arm) => union.arms[arm]?.default === true);
  return {
    by: 'tag',
    tag: prefix + union.tag,
    cases: arms.flatMap((arm) => {
      const values = [...valuesOf(union.arms[arm]?.when)].sort((a, b) => a - b);
      return values.length === 0 ? [] : [{ values, shape: keyOfArm(arm) }];
    }),
    otherwise: otherwise === undefined ? null : keyOfArm(otherwise),
  };
}

function sizesOf({ members, position }: ShapeBuilder): { minSize: number; maxSize: number | null } {
  // What lies before an array of variable size is fixed: where that array starts, the bytes up to there are counted.
  const minSize = members.filter(varies).reduce((n, array) => n + array.offset + leastBytes(array), position.offset);
  return { minSize, maxSize: members.some(varies) ? null : minSize };
}
