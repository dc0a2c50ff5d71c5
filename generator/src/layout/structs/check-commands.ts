import { knownNames } from '../../diagnostics/did-you-mean.js';
import type { Report } from '../../diagnostics/report.js';
import type { StructIR } from '../../ir/structs.js';
import type { FieldSource } from '../../language/field.js';
import type { CommandSource, EnvelopeSource, StructSource } from '../../language/memory.js';
import { INT_SIZE, isIntType, parseType } from '../../language/type-expression.js';
import type { Path } from '../../read/source-file.js';
import type { ResolvedDialect } from '../../resolve/resolved.js';

/** A command is named by integers of the envelope's data, which hold its values, and no two by the same. */
export function checkKeys(
  commands: Readonly<Record<string, CommandSource>>,
  { out }: EnvelopeSource,
  { source }: ResolvedDialect,
  report: Report,
): void {
  const ints = out.flatMap((f) => (f.type !== undefined && isIntType(f.type) ? [{ name: f.name, type: f.type }] : []));
  const taken = new Map<string, string>();
  for (const [name, { key }] of Object.entries(commands)) {
    const path = ['commands', name, 'key'];
    const spelled = Object.entries(key)
      .map(([field, value]) => `${field} ${value}`)
      .sort()
      .join(', ');
    const first = taken.get(spelled);
    if (first === undefined) taken.set(spelled, name);
    else
      report.add('VW208', source.place(path), `the commands ${first} and ${name} are both named by ${spelled}`, {
        also: { ...source.place(['commands', first, 'key']), text: 'first declared here' },
        hint: 'give one of them another key',
      });
    for (const [field, value] of Object.entries(key)) {
      const int = ints.find((f) => f.name === field);
      if (int === undefined)
        report.add('VW207', source.placeOfKey([...path, field]), `"${field}" is not an integer of the envelope`, {
          hint: knownNames(
            field,
            ints.map((f) => f.name),
          ),
        });
      else if (value >= 2 ** (8 * INT_SIZE[int.type]))
        report.add('VW306', source.place([...path, field]), `${field} ${value} does not fit its ${int.type}`, {
          also: {
            ...source.place(['envelope', 'out', out.findIndex((f) => f.name === field), 'type']),
            text: 'its type is here',
          },
          hint: 'change the value or the type',
        });
    }
  }
}

/** What a request tells about its answer is an integer of its data, which every such request has. */
export function checkRequest(
  name: string,
  command: CommandSource,
  out: StructIR,
  answer: StructIR,
  envelope: EnvelopeSource,
  { value: { structs = {} }, source }: ResolvedDialect,
  report: Report,
): void {
  const data = `${envelope.out.find((f) => f.role === 'body')?.name ?? 'data'}.`;
  const ints = out.shapes.map((s) => s.fields.flatMap((m) => (m.kind === 'int' ? [m.name] : [])));
  const tells = (field: string): boolean => ints.every((names) => names.includes(data + field));
  const known = ints.flat().flatMap((n) => (n.startsWith(data) ? [n.slice(data.length)] : []));
  for (const [part, { choice }] of [
    ['out', out],
    ['in', answer],
  ] as const) {
    if (choice.by !== 'request' || (part === 'in' && tells(choice.tag))) continue;
    const text =
      part === 'out'
        ? `the data of ${name} is told by "request.${choice.tag}", and is itself the request`
        : `the result of ${name} is told by "request.${choice.tag}", which is not an integer of its data`;
    report.add('VW311', source.placeOfKey(['commands', name, part]), text, {
      hint: part === 'out' ? `say "${choice.tag}"` : knownNames(choice.tag, known),
    });
  }
  for (const part of ['out', 'in'] as const) {
    const path = ['commands', name, part, 'fields'];
    for (const { field, counter, at } of countsIn(command[part]?.fields ?? [], path, structs, [])) {
      if (part === 'in' && tells(counter)) continue;
      const text =
        part === 'out'
          ? `"${field}" is counted by "request.${counter}", and is itself in the request`
          : `"${field}" is counted by "request.${counter}", which is not an integer of the data of ${name}`;
      report.add('VW207', source.place(at), text, {
        hint: part === 'out' ? `say "${counter}"` : knownNames(counter, known),
      });
    }
  }
}

interface RequestCount {
  readonly field: string;
  readonly counter: string;
  readonly at: Path;
}

/** Every array that the request counts, in arms and in the structs that are held as well. */
function countsIn(
  fields: readonly FieldSource[],
  path: Path,
  structs: Readonly<Record<string, StructSource>>,
  trail: readonly string[],
): RequestCount[] {
  return fields.flatMap((field, i): RequestCount[] => {
    const arms = Object.entries(field.union?.arms ?? {}).flatMap(([arm, inner]) =>
      countsIn(inner.fields, [...path, i, 'union', 'arms', arm, 'fields'], structs, trail),
    );
    const type = parseType(field.type ?? '');
    const count = type?.count ?? null;
    const base = type?.base ?? '';
    const held = Object.hasOwn(structs, base) && !trail.includes(base) ? structs[base] : undefined;
    const inside =
      held === undefined ? [] : countsIn(held.fields, ['structs', base, 'fields'], structs, [...trail, base]);
    const own =
      count !== null && 'field' in count && count.field.startsWith('request.')
        ? [{ field: field.name, counter: count.field.slice('request.'.length), at: [...path, i, 'type'] }]
        : [];
    return [...own, ...arms, ...inside];
  });
}
