import { compiled } from '../compiled.js';
import { type AnyRecord, FIELDS, type Kind } from '../messages.js';

/** What a library wants otherwise than it stands in the record. */
export interface Wishes {
  readonly name?: (name: string) => string;
  readonly data?: (bytes: Uint8Array) => unknown;
  readonly u64?: (value: bigint) => unknown;
}

/**
 * The fields of the wire alone, for an encoder that looks at every property, in one object literal, so that all have one hidden
 * class: objects put together property by property may end as slow dictionaries.
 */
export const plainRecord = (kind: Kind, wishes: Wishes = {}): ((record: AnyRecord) => unknown) => {
  const fields = FIELDS[kind].map(([name, type]) => {
    const wanted = wishes.name?.(name) ?? name;
    if (type === 'u8[]' && wishes.data) return `${wanted}: data(r.${name})`;
    return type === 'u64' && wishes.u64 ? `${wanted}: u64(r.${name})` : `${wanted}: r.${name}`;
  });
  return compiled({ data: wishes.data, u64: wishes.u64 }, `(r) => ({ ${fields.join(', ')} })`);
};
