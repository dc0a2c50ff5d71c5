import { decode, isRefused } from '../../interpret/decode.js';
import type { DialectIndex } from '../../interpret/dialect-index.js';
import { encode } from '../../interpret/encode.js';
import { fromHex, spellAll, toHex } from '../../interpret/values.js';
import type { ProfileIR } from '../../ir/types.js';
import { decodeBytes } from '../../jsonl/decode-entry.js';
import { directionOf, type Entry, objectOf, textOf } from '../../jsonl/entry.js';
import { withoutReserved } from '../../jsonl/spell-header.js';
import type { Context } from '../../rules/finding.js';
import { settle } from '../subject.js';
import { sameValues, type Trial } from './trial.js';

/** A vector with fields: its bytes read as they say, and they are written as its bytes. Null where it is none. */
export function messageTrial(entry: Entry, label: string): Trial<DialectIndex> | null {
  const hex = fromHex(textOf(entry, 'hex') ?? '');
  const fields = objectOf(entry, 'fields');
  if (!('bytes' in hex) || fields === undefined) return null;
  const key = `${String(entry.class)}.${String(entry.message)}.${String(entry.kind)}`;
  const trial = (header: Entry | undefined): Trial<DialectIndex> => ({
    key,
    label,
    holds: (index) => readsAndWrites(index, key, hex.bytes, header, fields),
  });
  const header = objectOf(entry, 'header');
  return { ...trial(header), withoutHeader: trial(undefined) };
}

function readsAndWrites(
  index: DialectIndex,
  key: string,
  bytes: Uint8Array,
  header: Entry | undefined,
  fields: Entry,
): boolean {
  const named = index.byKey(key);
  if (named === undefined) return false;
  const read = decode(index, bytes, (announced) => settle(announced, named));
  if (isRefused(read) || read.body !== named || read.surplus !== null) return false;
  if (!sameValues(spellAll(read.fields), fields)) return false;
  const words = spellAll(read.header);
  if (header !== undefined && !sameValues(withoutReserved(index.ir.header, words), header)) return false;
  const written = encode(index, named, header ?? words, fields);
  return !('error' in written) && toHex(written.bytes) === toHex(bytes);
}

/** A dialect, and the profiles that judge its messages by name. */
export interface Judges {
  readonly index: DialectIndex;
  readonly profiles: ReadonlyMap<string, ProfileIR>;
}

/** A malformed message: the layer that should report it does, and none where it is to be accepted. */
export function verdictTrial(entry: Entry, label: string, profile: string): Trial<Judges> | null {
  const hex = fromHex(textOf(entry, 'hex') ?? '');
  const verdict = textOf(entry, 'verdict');
  if (!('bytes' in hex) || verdict === undefined) return null;
  const context = (objectOf(entry, 'context') ?? {}) as Context;
  const layer = textOf(entry, 'layer') ?? 'codec';
  return {
    key: '',
    label,
    holds({ index, profiles }) {
      const by = { index, profile: profiles.get(profile) ?? null };
      const answer = decodeBytes(by, entry, hex.bytes, directionOf(entry), context);
      const layers = answer.error === undefined ? (answer.findings ?? []).map((f) => f.layer as string) : ['codec'];
      return verdict === 'accept' ? layers.length === 0 : layers.includes(layer);
    },
  };
}
