import type { Report } from '../../diagnostics/report.js';
import { sha256, sortedJson } from '../../ir/seal.js';
import type { FamilyIR } from '../../ir/structs.js';
import type { ResolvedDialect } from '../../resolve/resolved.js';
import { layEnums } from '../lay-enums.js';
import { layCommands } from './lay-commands.js';
import { layLayout } from './lay-layout.js';
import { layStruct } from './lay-struct.js';

/** A file that declares structs, regions of memory or commands, and neither messages nor a header for them. */
export const isFamily = ({ value }: Pick<ResolvedDialect, 'value'>): boolean =>
  (value.structs !== undefined ||
    value.layouts !== undefined ||
    value.commands !== undefined ||
    value.envelope !== undefined) &&
  value.messages === undefined &&
  value.header === undefined;

const ELSEWHERE = ['extends', 'framing', 'classes', 'remove'] as const;

/** The resolved IR of one family of structs. */
export function layFamily(dialect: ResolvedDialect, report: Report): FamilyIR {
  const { value, source } = dialect;
  for (const key of ELSEWHERE) {
    if (value[key] === undefined) continue;
    report.add('VW309', source.placeOfKey([key]), `"${key}" cannot be laid out beside structs yet`, {
      hint: 'a file of structs holds structs, layouts, commands and enumerations',
    });
  }
  const structs = value.structs ?? {};
  const ir = {
    format: 1 as const,
    protocol: value.protocol,
    family: value.dialect,
    title: value.title,
    doc: value.doc.trim(),
    spec: value.spec,
    enums: layEnums(dialect, report),
    structs: [
      ...Object.entries(structs)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, struct]) => layStruct(name, struct, structs, dialect, report)),
      ...Object.entries(value.layouts ?? {})
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, layout]) => layLayout(name, layout, structs, dialect, report)),
      ...layCommands(dialect, report),
    ],
    unresolved: (value.unresolved ?? []).map((u) => ({ ...u, readings: u.readings.map((r) => ({ ...r })) })),
  };
  return { ...ir, hash: sha256(sortedJson(ir, 0)) };
}
