import { knownNames } from '../diagnostics/did-you-mean.js';
import type { Given } from '../interpret/encode.js';
import { decodeStruct, isRefusedStruct, spellLeaves } from '../interpret/structs/decode-struct.js';
import { encodeStruct } from '../interpret/structs/encode-struct.js';
import { type FamilyIndex, type Named, structNameOf } from '../interpret/structs/family-index.js';
import { fromHex, toHex } from '../interpret/values.js';
import type { Context, Finding } from '../rules/finding.js';
import { judgeStruct } from '../rules/judge-struct.js';
import type { IrStore } from '../store.js';
import { type EntryError, entryError } from './decode-entry.js';
import { type Entry, objectOf, textOf } from './entry.js';

/** What decoding adds to an entry of a struct. */
type DecodedStructEntry =
  | {
      readonly fields: Record<string, string>;
      readonly size: number;
      readonly surplus?: { readonly offset: number; readonly length: number };
      readonly findings?: readonly Finding[];
    }
  | { readonly error: EntryError };

/** Whether rules are asked for, and whose. */
export interface Judging {
  readonly rules?: boolean | undefined;
  readonly profile?: string | undefined;
}

/**
 * The error of a profile that nobody has. Receivers judge messages: under any profile, a family of structs is judged by
 * its own text, which is the profile of this name.
 */
export function unknownProfile(store: IrStore, name: string | undefined): EntryError | null {
  const known = [...store.profileNames, ...store.layoutDialects, ...Object.keys(store.index.protocols)];
  if (name === undefined || known.includes(name)) return null;
  return entryError('unknown_profile', 'profile', name, knownNames(name, known));
}

/** A struct or region, and the family it is in. */
export type Laid = Named & { readonly index: FamilyIndex };

/** Whether an entry is about a struct: `{protocol, struct, hex}`. */
export const isStructEntry = (entry: Entry): boolean => textOf(entry, 'struct') !== undefined;

/** Fields of a struct, and what the rules of its family say; `rules` false: shapes only. */
export function decodeStructEntry(
  store: IrStore,
  entry: Entry,
  context: Context,
  { rules, profile }: Judging,
): DecodedStructEntry {
  const named = findStruct(store, entry);
  if ('error' in named) return named;
  const unknown = unknownProfile(store, profile ?? textOf(entry, 'profile'));
  if (unknown !== null) return { error: unknown };
  const hex = fromHex(textOf(entry, 'hex') ?? '');
  if (!('bytes' in hex)) return { error: entryError('bad_hex', 'hex', hex.problem, 'pairs of hexadecimal digits') };
  const result = decodeStruct(named.index, named, hex.bytes);
  if (isRefusedStruct(result)) return result;
  const { leaves, size, surplus } = result;
  const findings = rules === false ? [] : judgeStruct(named.index, named, hex.bytes, result, context);
  return {
    fields: spellLeaves(leaves),
    size,
    ...(surplus === null ? {} : { surplus }),
    ...(findings.length === 0 ? {} : { findings }),
  };
}

export function encodeStructEntry(
  store: IrStore,
  entry: Entry,
): { readonly hex: string; readonly size: number } | { readonly error: EntryError } {
  const named = findStruct(store, entry);
  if ('error' in named) return named;
  const fields = entry.fields === undefined ? {} : objectOf(entry, 'fields');
  if (fields === undefined)
    return {
      error: entryError('bad_value', 'fields', JSON.stringify(entry.fields) ?? 'nothing', 'an object of named values'),
    };
  const result = encodeStruct(named.index, named, fields as Given);
  return 'error' in result ? result : { hex: toHex(result.bytes), size: result.bytes.length };
}

/** The struct an entry names, or why there is none. */
export function findStruct(store: IrStore, entry: Entry): Laid | { readonly error: EntryError } {
  const spelled = spelledIn(entry);
  const protocol = textOf(entry, 'protocol');
  const named = store.struct(protocol, spelled);
  if (named !== null) return named;
  const names = store.structNames(protocol);
  if (names.length === 0 && protocol !== undefined)
    return { error: entryError('unknown_protocol', 'protocol', protocol, 'no structs are known of it') };
  const known = names.includes(structNameOf(spelled))
    ? `"${structNameOf(spelled)}" has no such shape`
    : knownNames(structNameOf(spelled), names);
  return { error: entryError('unknown_struct', 'struct', spelled, known) };
}

/** The name of a struct, or that of a command with the part that stands beside it. */
function spelledIn(entry: Entry): string {
  const struct = textOf(entry, 'struct') ?? '';
  const part = textOf(entry, 'part');
  if (struct.includes(':') || part === undefined) return struct;
  return `${struct}:${part === 'device-readable' || part === 'out' ? 'out' : 'in'}`;
}
