import { knownNames } from '../diagnostics/did-you-mean.js';
import type { Report } from '../diagnostics/report.js';
import type { EnumerationSource } from '../language/enumeration.js';
import type { ReadDialect } from '../read/read-schema.js';
import { reportSame } from './report-same.js';
import { resolveMessages } from './resolve-messages.js';
import type { Declared, ResolvedDialect, ResolvedMessage } from './resolved.js';

/** One dialect with everything it inherits from `parent` (null for the root of a lineage). */
export function resolveDialect(read: ReadDialect, parent: ResolvedDialect | null, report: Report): ResolvedDialect {
  const { value, source } = read;
  const own = <T>(key: string, given: T | undefined): Declared<T> | null =>
    given === undefined ? null : { value: given, origin: { source, path: [key], dialect: value.dialect } };
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

  const messages = new Map<string, ResolvedMessage>(parent?.messages ?? []);
  const enums = new Map<string, Declared<EnumerationSource>>(parent?.enums ?? []);
  removeInherited(read, messages, enums, report);
  const classes = replace('classes', value.classes, parent?.classes);
  resolveMessages(read, messages, classes?.value ?? null, parent, report);
  for (const [name, given] of Object.entries(value.enums ?? {})) {
    const declared = { value: given, origin: { source, path: ['enums', name], dialect: value.dialect } };
    const inherited = enums.get(name);
    if (inherited !== undefined)
      reportSame(read, ['enums', name], `enumeration "${name}"`, declared, inherited, report);
    enums.set(name, declared);
  }
  return {
    value,
    source,
    parent,
    framing: replace('framing', value.framing, parent?.framing),
    limits: replace('limits', value.limits, parent?.limits),
    header: replace('header', value.header, parent?.header),
    classes,
    ranges: replace('ranges', value.ranges, parent?.ranges),
    enums,
    messages,
  };
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
