import type { Place } from '../diagnostics/diagnostic.js';
import { knownNames } from '../diagnostics/did-you-mean.js';
import type { Report } from '../diagnostics/report.js';
import type { BodyKind, Sender } from '../ir/types.js';
import type { BodySource, MessageSource } from '../language/message.js';
import type { ReadDialect } from '../read/read-schema.js';
import type { Path } from '../read/source-file.js';
import { continueFields } from './continue-fields.js';
import { reportSame } from './report-same.js';
import type { Declared, Origin, ResolvedDialect, ResolvedMessage } from './resolved.js';

const KINDS: readonly BodyKind[] = ['request', 'response', 'event'];
const SCALARS = ['id', 'from', 'hot', 'doc', 'spec'] as const;

/** Lays the messages of `read` over what it inherits, in place: renames first, then attributes, bodies replaced whole. */
export function resolveMessages(
  read: ReadDialect,
  messages: Map<string, ResolvedMessage>,
  /** Null where the dialect has none, which is reported where they are laid out. */
  classes: Readonly<Record<string, unknown>> | null,
  parent: ResolvedDialect | null,
  report: Report,
): void {
  const { value, source } = read;
  const given = Object.entries(value.messages ?? {}).filter(([className]) => {
    if (classes === null || Object.hasOwn(classes, className)) return true;
    report.add('VW215', source.placeOfKey(['messages', className]), `there is no message class "${className}"`, {
      hint: knownNames(className, Object.keys(classes)),
    });
    return false;
  });
  // All renames before any message: else a message that takes over an old name would inherit, or not, by the order of the file.
  const renamed = takeRenamed(read, given, messages, parent, report);
  for (const [className, group] of given) {
    for (const [name, message] of Object.entries(group)) {
      const key = `${className}.${name}`;
      const origin: Origin = {
        source,
        path: ['messages', className, name],
        protocol: value.protocol,
        dialect: value.dialect,
      };
      const base = message.was === undefined ? messages.get(key) : renamed.get(key);
      const identity = base?.identity ?? freshIdentity(key, value.dialect, messages, renamed);
      const resolved =
        base === null ? null : mergeMessage(read, className, name, identity, message, base, origin, report);
      if (resolved !== null) messages.set(key, resolved);
    }
  }
}

/** The identity of a new message: its key, unless a message that was renamed still has that one. */
function freshIdentity(
  key: string,
  dialect: string,
  messages: ReadonlyMap<string, ResolvedMessage>,
  renamed: ReadonlyMap<string, ResolvedMessage | null>,
): string {
  const taken = [...messages.values(), ...renamed.values()].some((message) => message?.identity === key);
  return taken ? `${key}@${dialect}` : key;
}

/** What the messages with `was` continue, by their new key, taken out of `messages`; null where there is no such message. */
function takeRenamed(
  read: ReadDialect,
  given: readonly (readonly [string, Readonly<Record<string, MessageSource>>])[],
  messages: Map<string, ResolvedMessage>,
  parent: ResolvedDialect | null,
  report: Report,
): Map<string, ResolvedMessage | null> {
  const renamed = new Map<string, ResolvedMessage | null>();
  const takenBy = new Map<string, Path>();
  for (const [className, group] of given) {
    for (const [name, { was }] of Object.entries(group)) {
      if (was === undefined) continue;
      const path = ['messages', className, name, 'was'];
      const old = `${className}.${was}`;
      const base = parent?.messages.get(old);
      const first = takenBy.get(old);
      if (base === undefined) {
        const known = [...(parent?.messages.values() ?? [])].filter((m) => m.class === className).map((m) => m.name);
        report.add('VW205', read.source.place(path), `the parent has no ${className} message "${was}"`, {
          hint: knownNames(was, known),
        });
      } else if (first !== undefined) {
        report.add('VW205', read.source.place(path), `"${was}" is continued by another message already`, {
          also: { ...read.source.place(first), text: 'first continued here' },
          hint: 'one message cannot continue as two: declare the other one anew',
        });
      }
      renamed.set(`${className}.${name}`, base === undefined || first !== undefined ? null : base);
      takenBy.set(old, path);
      messages.delete(old);
    }
  }
  for (const [key, base] of renamed) {
    const hidden = messages.get(key);
    if (base === null || hidden === undefined) continue;
    report.add(
      'VW202',
      read.source.placeOfKey(['messages', hidden.class, hidden.name]),
      `the parent has a ${hidden.class} message "${hidden.name}" already`,
      {
        also: { ...hidden.origin.source.placeOfKey(hidden.origin.path), text: 'it is declared here' },
        hint: 'remove or rename that one, or choose another name',
      },
    );
  }
  return renamed;
}

function mergeMessage(
  read: ReadDialect,
  className: string,
  name: string,
  identity: string,
  given: MessageSource,
  base: ResolvedMessage | undefined,
  origin: Origin,
  report: Report,
): ResolvedMessage | null {
  const { source } = read;
  if (base === undefined) {
    const lacking = (['id', 'from'] as const).filter((key) => given[key] === undefined);
    const missing: string[] = KINDS.some((kind) => given[kind] !== undefined)
      ? lacking
      : [...lacking, 'a request, response or event'];
    if (missing.length > 0) {
      report.add(
        'VW214',
        source.placeOfKey(origin.path),
        `${className} message "${name}" is new here and needs ${missing.join(', ')}`,
        {
          hint: 'a message that the parent has under another name is renamed with "was"',
        },
      );
      return null;
    }
  } else {
    for (const key of SCALARS) {
      const inherited = key === 'id' ? base.id.value : base[key];
      if (given[key] !== undefined && given[key] === inherited) {
        report.add(
          'VW203',
          source.placeOfKey([...origin.path, key]),
          `"${key}" of ${name} is the same as in ${read.value.extends ?? ''}`,
          {
            also: { ...placeOfInherited(base, key), text: 'inherited from here' },
            hint: 'remove it; it is inherited',
          },
        );
      }
    }
    if (Object.keys(given).length === 0) {
      report.add('VW203', source.placeOfKey(origin.path), `${name} is mentioned and nothing is said about it`, {
        also: { ...base.origin.source.placeOfKey(base.origin.path), text: 'inherited from here' },
        hint: 'remove it; it is inherited',
      });
    }
  }
  const bodies = new Map<BodyKind, Declared<BodySource>>(base?.bodies ?? []);
  for (const kind of KINDS) {
    const body = given[kind];
    if (body === undefined) continue;
    const inherited = base?.bodies.get(kind);
    const own: Declared<BodySource> = { value: body, origin: { ...origin, path: [...origin.path, kind] } };
    const declared = continueFields(own, inherited, report);
    if (inherited !== undefined)
      reportSame(read, [...origin.path, kind], `the ${kind} of ${name}`, declared, inherited, report);
    bodies.set(kind, declared);
  }
  return {
    class: className,
    name,
    identity,
    id:
      given.id === undefined
        ? (base as ResolvedMessage).id
        : { value: given.id, origin: { ...origin, path: [...origin.path, 'id'] } },
    from: given.from ?? base?.from ?? ('either' satisfies Sender),
    anyDevice: given.any_device ?? base?.anyDevice ?? false,
    hot: given.hot ?? base?.hot ?? false,
    doc: given.doc ?? base?.doc ?? '',
    spec: given.spec ?? base?.spec ?? '',
    origin,
    bodies,
  };
}

function placeOfInherited(base: ResolvedMessage, key: string): Place {
  const { source, path } =
    key === 'id' ? base.id.origin : { source: base.origin.source, path: [...base.origin.path, key] };
  return source.placeOfKey(path);
}
