import { sortedJson } from '../ir/seal.js';
import type { DialectIR, ProfileIR } from '../ir/types.js';
import type { IrIndex } from '../store.js';

/** The IR files of `chosen` and the index of all dialects, by path relative to the output folder. */
export function renderIr(
  chosen: readonly DialectIR[],
  dialects: readonly DialectIR[],
  profiles: ReadonlyMap<string, readonly ProfileIR[]>,
): Map<string, string> {
  const files = new Map<string, string>();
  for (const ir of chosen) files.set(`ir/${ir.protocol}/${ir.dialect}.json`, sortedJson(ir));
  for (const [protocol, list] of profiles) files.set(`ir/${protocol}/profiles.json`, sortedJson(list));
  files.set('ir/index.json', sortedJson(indexOf(dialects, profiles)));
  return files;
}

function indexOf(dialects: readonly DialectIR[], profiles: ReadonlyMap<string, readonly ProfileIR[]>): IrIndex {
  const protocols: Record<string, IrIndex['protocols'][string]> = {};
  for (const protocol of [...new Set(dialects.map((d) => d.protocol))].sort()) {
    const own = dialects.filter((d) => d.protocol === protocol);
    protocols[protocol] = {
      dialects: own.map((d) => d.dialect),
      aliases: Object.fromEntries(
        own.flatMap((d) => d.aliases.map((a) => [a.name, { dialect: d.dialect, profile: a.profile }])),
      ),
      profiles: (profiles.get(protocol) ?? []).map((p) => p.name),
    };
  }
  return { protocols };
}
