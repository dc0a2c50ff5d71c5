import type { Context, Direction } from '../rules/finding.js';

/** One JSON object of a line: an entry of a vector file, a line of a trace, or a trace's header. */
export type Entry = Readonly<Record<string, unknown>>;

export const textOf = (entry: Entry, key: string): string | undefined => {
  const value = entry[key];
  return typeof value === 'string' ? value : undefined;
};

export const objectOf = (entry: Entry, key: string): Entry | undefined => {
  const value = entry[key];
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Entry) : undefined;
};

/** Bytes that an entry says lie behind its content. */
export function surplusOf(entry: Entry): number {
  const length = objectOf(entry, 'surplus')?.length;
  return typeof length === 'number' ? length : 0;
}

export function directionOf(entry: Entry): Direction | null {
  const dir = entry.dir;
  return dir === 'driver->device' || dir === 'device->driver' ? dir : null;
}

/** What a trace's first line says about all frames after it. */
export interface Defaults {
  readonly dialect?: string | undefined;
  readonly profile?: string | undefined;
  readonly context: Context;
}

/** A line that names a dialect and carries no frame is the header of a trace: it sets the defaults of what follows. */
export function defaultsFrom(entry: Entry, before: Defaults): Defaults {
  const limit = entry.bus_max_msg_size ?? entry.bus_message_limit;
  return {
    dialect: textOf(entry, 'dialect') ?? before.dialect,
    profile: textOf(entry, 'profile') ?? before.profile,
    context: typeof limit === 'number' ? { ...before.context, max_msg_size: limit } : before.context,
  };
}
