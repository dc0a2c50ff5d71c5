import type { Report } from '../diagnostics/report.js';
import { sealIR } from '../ir/seal.js';
import { type BodyIR, type DialectIR, IR_FORMAT } from '../ir/types.js';
import type { ResolvedDialect } from '../resolve/resolved.js';
import { checkIds } from './check-ids.js';
import { layBodies } from './lay-bodies.js';
import { layEnums } from './lay-enums.js';
import { layHeader } from './lay-header.js';

/** The resolved IR of one dialect, or null when it has no header to lay anything out behind. */
export function layDialect(dialect: ResolvedDialect, report: Report): DialectIR | null {
  const enums = layEnums(dialect, report);
  for (const key of ['structs', 'layouts', 'envelope', 'commands'] as const) {
    if (dialect.value[key] === undefined) continue;
    report.add('VW309', dialect.source.placeOfKey([key]), `"${key}" cannot be laid out beside messages yet`, {
      hint: 'put them into a file of their own, a family of structs',
    });
  }
  const header = layHeader(dialect, report);
  if (header === null) return null;
  const bodies: BodyIR[] = layBodies(dialect, header, report);
  checkIds(dialect, report);
  checkLimits(dialect, report);
  const { value } = dialect;
  const renamed = renamedIn(dialect);
  return sealIR({
    format: IR_FORMAT,
    protocol: value.protocol,
    dialect: value.dialect,
    parent: dialect.parent?.value.dialect ?? null,
    carries: dialect.carried === null ? null : `${dialect.carried.value.protocol}/${dialect.carried.value.dialect}`,
    title: value.title,
    doc: value.doc.trim(),
    spec: value.spec,
    profile: profileOf(dialect),
    aliases: Object.entries(value.aliases ?? {})
      .map(([name, alias]) => ({ name, doc: alias.doc, profile: alias.profile ?? profileOf(dialect) }))
      .sort(byName),
    framing: header.framing,
    limits: {
      min: dialect.limits?.value.min ?? null,
      max: dialect.limits?.value.max ?? null,
      recommended: dialect.limits?.value.recommended ?? null,
    },
    header: header.fields,
    classes: header.classes,
    ranges: (dialect.ranges?.value ?? []).map((r) => ({ ...r })),
    enums,
    bodies,
    ...(renamed.length === 0 ? {} : { renamed }),
    unresolved: (value.unresolved ?? []).map((u) => ({ ...u, readings: u.readings.map((r) => ({ ...r })) })),
  });
}

/** The profile a dialect names, else that of the parent whose rules it has inherited. */
const profileOf = ({ value, parent }: ResolvedDialect): string =>
  value.profile ?? (parent === null ? value.dialect : profileOf(parent));

/** The messages whose lineage first had them under another name. */
const renamedIn = ({ messages }: ResolvedDialect): NonNullable<DialectIR['renamed']> =>
  [...messages].flatMap(([name, { identity }]) => (identity === name ? [] : [{ name, was: identity }])).sort(byName);

const byName = (a: { name: string }, b: { name: string }): number => (a.name < b.name ? -1 : 1);

function checkLimits(dialect: ResolvedDialect, report: Report): void {
  if (dialect.limits === null) return;
  const { value, origin } = dialect.limits;
  for (const [low, high] of [
    ['min', 'max'],
    ['min', 'recommended'],
    ['recommended', 'max'],
  ] as const) {
    const [a, b] = [value[low], value[high]];
    if (a === undefined || b === undefined || a <= b) continue;
    report.add('VW306', origin.source.place([...origin.path, low]), `${low} ${a} of the limits is above ${high} ${b}`, {
      also: { ...origin.source.place([...origin.path, high]), text: `${high} is here` },
      hint: 'exchange the two',
    });
  }
}
