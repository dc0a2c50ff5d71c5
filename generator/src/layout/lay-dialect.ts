import type { Report } from '../diagnostics/report.js';
import { sealIR } from '../ir/seal.js';
import { IR_FORMAT, type BodyIR, type DialectIR, type EnumIR, type IntFieldIR } from '../ir/types.js';
import type { EnumerationSource } from '../language/enumeration.js';
import type { Declared, ResolvedDialect } from '../resolve/resolved.js';
import { checkIds } from './check-ids.js';
import { layBodies } from './lay-bodies.js';
import { layHeader } from './lay-header.js';

/** The resolved IR of one dialect, or null when it has no header to lay anything out behind. */
export function layDialect(dialect: ResolvedDialect, report: Report): DialectIR | null {
  const enums = [...dialect.enums].map(([name, declared]) => layEnum(name, declared, report)).sort(byName);
  for (const key of ['structs', 'layouts', 'envelope', 'commands'] as const) {
    if (dialect.value[key] === undefined) continue;
    report.add('VW309', dialect.source.placeOfKey([key]), `"${key}" cannot be laid out by this generator yet`, {
      hint: 'dialects of messages are what it generates so far',
    });
  }
  const header = layHeader(dialect, new Set(enums.map((e) => e.name)), report);
  if (header === null) return null;
  const bodies: BodyIR[] = layBodies(dialect, header, new Set(enums.map((e) => e.name)), report);
  checkIds(dialect, report);
  const { value } = dialect;
  return sealIR({
    format: IR_FORMAT,
    protocol: value.protocol,
    dialect: value.dialect,
    parent: dialect.parent,
    title: value.title,
    doc: value.doc.trim(),
    spec: value.spec,
    profile: value.profile ?? value.dialect,
    aliases: Object.entries(value.aliases ?? {})
      .map(([name, alias]) => ({ name, doc: alias.doc, profile: alias.profile ?? value.profile ?? value.dialect }))
      .sort(byName),
    framing: header.framing,
    limits: {
      min: dialect.limits.min ?? null,
      max: dialect.limits.max ?? null,
      recommended: dialect.limits.recommended ?? null,
    },
    header: header.fields,
    classes: header.classes,
    ranges: (dialect.ranges?.value ?? []).map((r) => ({ ...r })),
    enums,
    bodies,
    unresolved: (value.unresolved ?? []).map((u) => ({ ...u, readings: u.readings.map((r) => ({ ...r })) })),
  });
}

export interface HeaderLayout {
  readonly fields: readonly IntFieldIR[];
  readonly framing: DialectIR['framing'];
  readonly classes: DialectIR['classes'];
}

const byName = (a: { name: string }, b: { name: string }): number => (a.name < b.name ? -1 : 1);

function layEnum(name: string, { value, origin }: Declared<EnumerationSource>, report: Report): EnumIR {
  const values = Object.entries(value.values)
    .map(([valueName, v]) => ({ name: valueName, value: v.value, doc: v.doc }))
    .sort((a, b) => a.value - b.value || (a.name < b.name ? -1 : 1));
  for (const [index, v] of values.entries()) {
    const before = values[index - 1];
    if (before?.value !== v.value) continue;
    report.add('VW216', origin.source.placeOfKey([...origin.path, 'values', v.name]), `"${v.name}" and "${before.name}" are both ${v.value}`, {
      also: { ...origin.source.placeOfKey([...origin.path, 'values', before.name]), text: 'first used here' },
    });
  }
  return {
    name,
    flags: value.flags ?? false,
    open: value.open ?? false,
    doc: value.doc,
    spec: value.spec ?? '',
    values,
    ranges: [...(value.ranges ?? [])].sort((a, b) => a.from - b.from).map((r) => ({ ...r })),
  };
}
