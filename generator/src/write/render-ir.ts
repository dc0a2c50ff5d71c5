import { sortedJson } from '../ir/seal.js';
import type { FamilyIR } from '../ir/structs.js';
import type { DialectIR, ProfileIR } from '../ir/types.js';
import type { IrIndex } from '../store.js';

/** The IR files of `chosen` and the index of all dialects, by path relative to the output folder. */
export function renderIr(
  chosen: readonly DialectIR[],
  dialects: readonly DialectIR[],
  profiles: ReadonlyMap<string, readonly ProfileIR[]>,
  families: readonly FamilyIR[] = [],
): Map<string, string> {
  const files = new Map<string, string>();
  for (const ir of chosen) files.set(`ir/${ir.protocol}/${ir.dialect}.json`, sortedJson(ir));
  for (const [protocol, list] of profiles) files.set(`ir/${protocol}/profiles.json`, sortedJson(list));
  files.set('ir/index.json', sortedJson(indexOf(dialects, profiles, families)));
  return files;
}

/** The IR files of families of structs. */
export const renderFamilyIr = (families: readonly FamilyIR[]): Map<string, string> =>
  new Map(families.map((ir) => [`ir/${ir.protocol}/${ir.family}.json`, sortedJson(ir)]));

function indexOf(
  dialects: readonly DialectIR[],
  profiles: ReadonlyMap<string, readonly ProfileIR[]>,
  families: readonly FamilyIR[],
): IrIndex {
  const protocols: Record<string, IrIndex['protocols'][string]> = {};
  for (const protocol of [...new Set([...dialects, ...families].map((d) => d.protocol))].sort()) {
    const own = dialects.filter((d) => d.protocol === protocol);
    protocols[protocol] = {
      dialects: own.map((d) => d.dialect),
      aliases: Object.fromEntries(
        own.flatMap((d) => d.aliases.map((a) => [a.name, { dialect: d.dialect, profile: a.profile }])),
      ),
      profiles: (profiles.get(protocol) ?? []).map((p) => p.name),
      families: families.flatMap((f) => (f.protocol === protocol ? [f.family] : [])).sort(),
      structs: Object.fromEntries(
        families
          .filter((f) => f.protocol === protocol)
          .flatMap((f) => f.structs.map((struct) => [struct.name, f.family])),
      ),
    };
  }
  return { protocols };
}
