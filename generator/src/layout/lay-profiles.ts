import { knownNames } from '../diagnostics/did-you-mean.js';
import { Report } from '../diagnostics/report.js';
import type { BodyIR, DialectIR, ProfileIR } from '../ir/types.js';
import type { ReadProfile } from '../read/read-schema.js';
import { layConstraint, namesRead } from './lay-constraints.js';

/** The rule profiles of one protocol, sorted by name. A rule must fit a body of at least one dialect. */
export function layProfiles(
  profiles: readonly ReadProfile[],
  dialects: readonly DialectIR[],
  doubtful: Doubtful,
  report: Report,
): ProfileIR[] {
  return profiles.map((p) => layProfile(p, dialects, doubtful, report)).sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Whether a dialect that has errors mentions a message or field: then its absence is no mistake of the profile. */
export type Doubtful = (name: string) => boolean;

function layProfile(
  { value, source }: ReadProfile,
  dialects: readonly DialectIR[],
  doubtful: Doubtful,
  report: Report,
): ProfileIR {
  const bodies = dialects.flatMap((d) => d.bodies);
  const known = new Set(bodies.map((b) => b.key));
  const exists = (key: string, path: readonly (string | number)[]): boolean => {
    if (known.has(key) || doubtful(key.split('.')[1] ?? '')) return known.has(key);
    report.add('VW211', source.place(path), `no dialect of ${value.protocol} has ${key}`, {
      hint: knownNames(key, known),
    });
    return false;
  };
  return {
    name: value.profile,
    title: value.title,
    doc: value.doc.trim(),
    spec: value.spec,
    reserved: value.reserved,
    constraints: value.constraints,
    enums: value.enums,
    token: value.token,
    busDevice: value.bus_device,
    exactSize: [...value.exact_size].sort(),
    padding: value.padding,
    generation: value.generation,
    answers: value.answers ?? 'any_order',
    maxMessageSize: value.max_msg_size ?? null,
    maxDevice: value.max_dev_num ?? null,
    refuses: (value.refuses ?? [])
      .filter((r, index) => exists(r.on, ['refuses', index, 'on']))
      .map((r) => ({ key: r.on, doc: r.doc, clause: r.spec ?? value.spec })),
    rules: (value.rules ?? []).flatMap((r, index) => {
      if (!exists(r.on, ['rules', index, 'on'])) return [];
      // One dialect that can hold the rule is enough: where a body lacks a field the rule reads, it is not judged.
      const candidates = bodies.filter((b) => b.key === r.on);
      const lay = (body: BodyIR | undefined, into: Report) =>
        layConstraint(r, body?.fields ?? [], value.spec, (key) => source.place(['rules', index, key]), into);
      const fitting = candidates.find((b) => lay(b, new Report()) !== null);
      if (fitting === undefined && namesRead(r).some(doubtful)) return [];
      const laid = lay(fitting ?? candidates[candidates.length - 1], report);
      return laid === null ? [] : [{ key: r.on, ...laid }];
    }),
  };
}
