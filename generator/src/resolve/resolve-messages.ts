import { knownNames } from '../diagnostics/did-you-mean.js';
import type { Report } from '../diagnostics/report.js';
import type { BodyKind, Sender } from '../ir/types.js';
import type { BodySource, MessageSource } from '../language/message.js';
import type { ReadDialect } from '../read/read-schema.js';
import { reportSame } from './resolve-dialect.js';
import type { Declared, Origin, ResolvedDialect, ResolvedMessage } from './resolved.js';

const KINDS: readonly BodyKind[] = ['request', 'response', 'event'];
const SCALARS = ['id', 'from', 'hot', 'doc', 'spec'] as const;

/** Lays the messages of `read` over what it inherits, in place: renames first, then attributes, bodies replaced whole. */
export function resolveMessages(
  read: ReadDialect,
  messages: Map<string, ResolvedMessage>,
  classes: Readonly<Record<string, unknown>>,
  parent: ResolvedDialect | null,
  report: Report,
): void {
  const { value, source } = read;
  for (const [className, given] of Object.entries(value.messages ?? {})) {
    if (!Object.hasOwn(classes, className)) {
      report.add('VW215', source.placeOfKey(['messages', className]), `there is no message class "${className}"`, {
        hint: knownNames(className, Object.keys(classes)),
      });
      continue;
    }
    for (const [name, message] of Object.entries(given)) {
      const origin: Origin = { source, path: ['messages', className, name], dialect: value.dialect };
      const base = inheritedMessage(read, className, name, message, messages, parent, report);
      const resolved = mergeMessage(read, className, name, message, base, origin, report);
      if (resolved !== null) messages.set(`${className}.${name}`, resolved);
    }
  }
}

function inheritedMessage(
  read: ReadDialect,
  className: string,
  name: string,
  message: MessageSource,
  messages: Map<string, ResolvedMessage>,
  parent: ResolvedDialect | null,
  report: Report,
): ResolvedMessage | undefined {
  if (message.was === undefined) return messages.get(`${className}.${name}`);
  const old = `${className}.${message.was}`;
  const base = parent?.messages.get(old);
  if (base === undefined) {
    const known = [...(parent?.messages.values() ?? [])].filter((m) => m.class === className).map((m) => m.name);
    report.add('VW205', read.source.place(['messages', className, name, 'was']), `the parent has no ${className} message "${message.was}"`, {
      hint: knownNames(message.was, known),
    });
  }
  messages.delete(old);
  return base;
}

function mergeMessage(
  read: ReadDialect,
  className: string,
  name: string,
  given: MessageSource,
  base: ResolvedMessage | undefined,
  origin: Origin,
  report: Report,
): ResolvedMessage | null {
  const { source } = read;
  if (base === undefined) {
    const lacking = (['id', 'from'] as const).filter((key) => given[key] === undefined);
    if (!KINDS.some((kind) => given[kind] !== undefined)) lacking.push('request' as never);
    if (lacking.length > 0) {
      report.add('VW214', source.placeOfKey(origin.path), `${className} message "${name}" is new here and needs ${lacking.join(', ')}`, {
        hint: 'a message that the parent has under another name is renamed with "was"',
      });
      return null;
    }
  } else {
    for (const key of SCALARS) {
      const inherited = key === 'id' ? base.id.value : base[key];
      if (given[key] !== undefined && given[key] === inherited) {
        report.add('VW203', source.placeOfKey([...origin.path, key]), `"${key}" of ${name} is the same as in ${base.origin.dialect}`, {
          also: { ...base.origin.source.placeOfKey(base.origin.path), text: 'inherited from here' },
          hint: 'remove it; it is inherited',
        });
      }
    }
  }
  const bodies = new Map<BodyKind, Declared<BodySource>>(base?.bodies ?? []);
  for (const kind of KINDS) {
    const body = given[kind];
    if (body === undefined) continue;
    const declared: Declared<BodySource> = { value: body, origin: { ...origin, path: [...origin.path, kind] } };
    const inherited = base?.bodies.get(kind);
    if (inherited !== undefined) reportSame(read, [...origin.path, kind], `the ${kind} of ${name}`, declared, inherited, report);
    bodies.set(kind, declared);
  }
  return {
    class: className,
    name,
    id: given.id === undefined ? (base as ResolvedMessage).id : { value: given.id, origin: { ...origin, path: [...origin.path, 'id'] } },
    from: given.from ?? base?.from ?? ('either' satisfies Sender),
    hot: given.hot ?? base?.hot ?? false,
    doc: given.doc ?? base?.doc ?? '',
    spec: given.spec ?? base?.spec ?? '',
    origin,
    bodies,
  };
}
