import type { Declared, ResolvedDialect } from './resolved.js';

type Inherited = Pick<ResolvedDialect, 'framing' | 'limits' | 'header' | 'enums' | 'messages'>;

const NOTHING: Inherited = { framing: null, limits: null, header: null, enums: new Map(), messages: new Map() };

/**
 * What a dialect starts from. One that names a dialect to carry takes over that one's header, framing and messages, and
 * of its parent only what the parent does not carry itself.
 */
export function startOf(parent: ResolvedDialect | null, carried: ResolvedDialect | null): Inherited {
  if (carried === null) return parent ?? NOTHING;
  const messages = new Map(carried.messages);
  const enums = new Map(carried.enums);
  const own = parent?.ownClasses?.value ?? {};
  for (const [key, message] of parent?.messages ?? [])
    if (Object.hasOwn(own, message.class)) messages.set(key, message);
  for (const [name, declared] of parent?.enums ?? []) {
    if (parent?.carried?.enums.get(name) !== declared) enums.set(name, declared);
  }
  return { framing: carried.framing, limits: carried.limits, header: carried.header, enums, messages };
}

/** What is carried and what the lineage states itself, as one. */
export function besides<T>(
  carried: Declared<T> | null,
  own: Declared<T> | null,
  both: (carried: T, own: T) => T,
): Declared<T> | null {
  if (carried === null || own === null) return own ?? carried;
  return { value: both(carried.value, own.value), origin: own.origin };
}
