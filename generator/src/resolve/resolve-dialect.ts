import { knownNames } from '../diagnostics/did-you-mean.js';
import type { Report } from '../diagnostics/report.js';
import type { EnumerationSource } from '../language/enumeration.js';
import type { ReadDialect } from '../read/read-schema.js';
import { besides, startOf } from './compose.js';
import { reportSame } from './report-same.js';
import { resolveMessages } from './resolve-messages.js';
import type { Declared, ResolvedDialect, ResolvedMessage } from './resolved.js';

/**
 * One dialect with everything it inherits: from `parent` (null for the root of a lineage), and from `stated`, the dialect
 * it says it carries (null where it says nothing and carries what its parent does).
 */
export function resolveDialect(
  read: ReadDialect,
  parent: ResolvedDialect | null,
  stated: ResolvedDialect | null,
  report: Report,
): ResolvedDialect {
  const { value, source } = read;
  const { protocol, dialect } = value;
  const carried = stated ?? parent?.carried ?? null;
  const start = startOf(parent, stated);
  const own = <T>(key: string, given: T | undefined): Declared<T> | null =>
    given === undefined ? null : { value: given, origin: { source, path: [key], protocol, dialect } };
  const replace = <T>(
    key: string,
    given: T | undefined,
    inherited: Declared<T> | null | undefined,
  ): Declared<T> | null => {
    const declared = own(key, given);
    if (declared === null) return inherited ?? null;
    if (inherited) reportSame(read, [key], `"${key}"`, declared, inherited, report);
    return declared;
  };

  const messages = new Map<string, ResolvedMessage>(start.messages);
  const enums = new Map<string, Declared<EnumerationSource>>(start.enums);
  removeInherited(read, messages, enums, report);
  const ownClasses = replace('classes', value.classes, parent?.ownClasses);
  const ownRanges = replace('ranges', value.ranges, parent?.ownRanges);
  const classes = besides(carried?.classes ?? null, ownClasses, (theirs, own) => ({ ...theirs, ...own }));
  if (carried !== null) checkOwnClasses(read, carried, report);
  resolveMessages(read, messages, classes?.value ?? null, parent, report);
  for (const [name, given] of Object.entries(value.enums ?? {})) {
    const declared = { value: given, origin: { source, path: ['enums', name], protocol, dialect } };
    const inherited = enums.get(name);
    if (inherited !== undefined)
      reportSame(read, ['enums', name], `enumeration "${name}"`, declared, inherited, report);
    enums.set(name, declared);
  }
  return {
    value,
    source,
    parent,
    carried,
    framing: replace('framing', value.framing, start.framing),
    limits: replace('limits', value.limits, start.limits),
    header: replace('header', value.header, start.header),
    classes,
    ranges: besides(carried?.ranges ?? null, ownRanges, (theirs, own) => [...theirs, ...own]),
    ownClasses,
    ownRanges,
    enums,
    messages,
  };
}

/** A class that the carried dialect has already would be two under one name. */
function checkOwnClasses({ value, source }: ReadDialect, carried: ResolvedDialect, report: Report): void {
  for (const name of Object.keys(value.classes ?? {})) {
    if (carried.classes === null || !Object.hasOwn(carried.classes.value, name)) continue;
    const { origin } = carried.classes;
    report.add('VW202', source.placeOfKey(['classes', name]), `the carried dialect has a class "${name}" already`, {
      also: { ...origin.source.placeOfKey([...origin.path, name]), text: 'it is declared here' },
      hint: 'classes are added to those that are carried: choose another name',
    });
  }
}

function removeInherited(
  read: ReadDialect,
  messages: Map<string, ResolvedMessage>,
  enums: Map<string, Declared<EnumerationSource>>,
  report: Report,
): void {
  (read.value.remove ?? []).forEach((entry, index) => {
    const [first = '', second = '', third] = entry.split('.');
    const place = read.source.place(['remove', index]);
    if (second === '' || entry.split('.').length > 3) {
      report.add('VW204', place, `expected class.MESSAGE, class.MESSAGE.kind or enums.name, got "${entry}"`, {
        hint: knownNames(entry, [...messages.keys(), ...[...enums.keys()].map((name) => `enums.${name}`)]),
      });
      return;
    }
    if (first === 'enums') {
      if (!enums.delete(second))
        report.add('VW204', place, `the parent has no enumeration "${second}"`, {
          hint: knownNames(second, enums.keys()),
        });
      return;
    }
    const key = `${first}.${second}`;
    const message = messages.get(key);
    if (message === undefined) {
      report.add('VW204', place, `the parent has no message "${key}"`, { hint: knownNames(key, messages.keys()) });
      return;
    }
    if (third === undefined) {
      messages.delete(key);
      return;
    }
    const bodies = new Map(message.bodies);
    const kind = [...bodies.keys()].find((k) => k === third);
    if (kind === undefined)
      report.add('VW204', place, `"${key}" has no ${third} in the parent`, { hint: knownNames(third, bodies.keys()) });
    else {
      bodies.delete(kind);
      messages.set(key, { ...message, bodies });
    }
  });
}
