import { knownNames } from '../diagnostics/did-you-mean.js';
import type { Given } from '../interpret/encode.js';
import { decodeStruct, isRefusedStruct, spellLeaves } from '../interpret/structs/decode-struct.js';
import { encodeStruct } from '../interpret/structs/encode-struct.js';
import { spellLayout, textToBytes } from '../interpret/structs/spell-layout.js';
import { fromHex, toHex } from '../interpret/values.js';
import type { RegionIR } from '../ir/structs.js';
import type { Context } from '../rules/finding.js';
import { judgeRegion } from '../rules/judge-region.js';
import type { IrStore } from '../store.js';
import { type DecodedEntry, type EntryError, entryError } from './decode-entry.js';
import { type Defaults, type Entry, objectOf, textOf } from './entry.js';
import { type Judging, type Laid, unknownProfile } from './struct-entry.js';

type Region = Laid & { readonly region: RegionIR };

/** Whether an entry is about a memory layout: `{dialect, class: "layout", message, kind: "struct", hex}`. */
export const isLayoutEntry = (entry: Entry): boolean =>
  textOf(entry, 'class') === 'layout' || textOf(entry, 'kind') === 'struct';

export function decodeLayoutEntry(
  store: IrStore,
  entry: Entry,
  defaults: Defaults,
  context: Context,
  { rules, profile }: Judging,
): DecodedEntry {
  const named = findLayout(store, entry, defaults);
  if ('error' in named) return named;
  const unknown = unknownProfile(store, profile ?? textOf(entry, 'profile'));
  if (unknown !== null) return { error: unknown };
  const hex = fromHex(textOf(entry, 'hex') ?? '');
  if (!('bytes' in hex)) return { error: entryError('bad_hex', 'hex', hex.problem, 'pairs of hexadecimal digits') };
  const result = decodeStruct(named.index, named, hex.bytes);
  if (isRefusedStruct(result)) return result;
  const { leaves, size, surplus, shape } = result;
  const findings = rules === false ? [] : judgeRegion(named.index, named, hex.bytes, context);
  return {
    class: 'layout',
    message: named.struct.name,
    kind: 'struct',
    fields: spellLayout(shape, spellLeaves(leaves)),
    size,
    ...(surplus === null ? {} : { surplus }),
    ...(findings.length === 0 ? {} : { findings }),
  };
}

export function encodeLayoutEntry(
  store: IrStore,
  entry: Entry,
  defaults: Defaults,
): { readonly hex: string; readonly size: number } | { readonly error: EntryError } {
  const named = findLayout(store, entry, defaults);
  if ('error' in named) return named;
  const fields = entry.fields === undefined ? {} : objectOf(entry, 'fields');
  const [shape] = named.struct.shapes;
  if (fields === undefined || shape === undefined)
    return {
      error: entryError('bad_value', 'fields', JSON.stringify(entry.fields) ?? 'nothing', 'an object of named values'),
    };
  const given = textToBytes(shape, fields as Given);
  if (isRefused(given)) return given;
  const result = encodeStruct(named.index, named, given);
  return 'error' in result ? result : { hex: toHex(result.bytes), size: result.bytes.length };
}

/** A field may be called error as well: it is then no error of the wire. */
const isRefused = (given: ReturnType<typeof textToBytes>): given is Extract<typeof given, { readonly error: object }> =>
  typeof given.error === 'object' && given.error !== null && 'code' in given.error;

/** The layout an entry names, or why there is none. */
export function findLayout(store: IrStore, entry: Entry, defaults: Defaults): Region | { readonly error: EntryError } {
  const dialect = textOf(entry, 'dialect') ?? defaults.dialect;
  const message = textOf(entry, 'message') ?? '';
  if (dialect === undefined)
    return {
      error: entryError('no_dialect', 'dialect', 'nothing', 'give "dialect" in the entry, or --dialect'),
    };
  const found = store.layout(dialect, message);
  if (found !== null) return found;
  const names = store.layoutNames(dialect);
  if (names.length === 0 && store.dialect(dialect) === null)
    return { error: entryError('unknown_dialect', 'dialect', dialect, knownNames(dialect, store.layoutDialects)) };
  return { error: entryError('unknown_message', 'message', message, knownNames(message, names)) };
}
