import { knownNames } from '../diagnostics/did-you-mean.js';
import { type Decoded, decode, isRefused, type Refused } from '../interpret/decode.js';
import type { DialectIndex } from '../interpret/dialect-index.js';
import { HexScratch } from '../interpret/hex-scratch.js';
import { fromHex, type Spelled, spellAll } from '../interpret/values.js';
import type { WireError } from '../interpret/wire-error.js';
import type { BodyIR, ProfileIR } from '../ir/types.js';
import type { Context, Direction, Finding } from '../rules/finding.js';
import { judge } from '../rules/judge.js';
import type { IrStore } from '../store.js';
import { limitIn, quietCheck } from '../stream/quiet-check.js';
import { type Defaults, type Entry, objectOf, textOf } from './entry.js';
import { withoutReserved } from './spell-header.js';

/** What decoding adds to an entry. */
export interface DecodedEntry {
  readonly class?: string;
  readonly message?: string;
  readonly kind?: string;
  readonly header?: Record<string, Spelled>;
  readonly fields?: Record<string, Spelled>;
  readonly size?: number;
  readonly surplus?: { readonly offset: number; readonly length: number };
  readonly findings?: readonly Finding[];
  readonly error?: EntryError;
}

/** An error of the codec, or one of the entry itself (`bad_hex`, `unknown_dialect`, …), in the same form. */
export type EntryError = Omit<WireError, 'code'> & { readonly code: string };

export interface Resolved {
  readonly index: DialectIndex;
  readonly profile: ProfileIR | null;
}

/** Dialect and rule profile of an entry: its own words first, then the trace's, unless the caller insists on a profile. */
export function resolveEntry(
  store: IrStore,
  entry: Entry,
  defaults: Defaults,
  insist: string | undefined,
): Resolved | { error: EntryError } {
  const protocol = textOf(entry, 'protocol');
  if (protocol !== undefined && store.index.protocols[protocol] === undefined) {
    return {
      error: entryError(
        'unknown_protocol',
        'protocol',
        protocol,
        knownNames(protocol, Object.keys(store.index.protocols)),
      ),
    };
  }
  const name = textOf(entry, 'dialect') ?? defaults.dialect;
  if (name === undefined) {
    return {
      error: entryError(
        'no_dialect',
        'dialect',
        'nothing',
        'give "dialect" in the entry, a trace header before it, or --dialect',
      ),
    };
  }
  const found = store.dialect(name);
  if (found === null) return { error: entryError('unknown_dialect', 'dialect', name, knownNames(name, store.names)) };
  const profileName = insist ?? textOf(entry, 'profile') ?? defaults.profile ?? found.profile;
  const { protocol: spoken, carries } = found.index.ir;
  // What is carried may be judged by the rules of its own protocol.
  const inside = carries?.split('/')[0];
  const profile =
    store.profile(spoken, profileName) ?? (inside === undefined ? null : store.profile(inside, profileName));
  if (profile === null && profileName !== found.index.ir.dialect) {
    return {
      error: entryError('unknown_profile', 'profile', profileName, knownNames(profileName, store.profileNames)),
    };
  }
  return { index: found.index, profile };
}

export const entryError = (code: string, field: string, got: string, expected: string): EntryError => ({
  code,
  message: `${code.replace(/_/g, ' ')}: ${field} ${JSON.stringify(got)}; ${expected}`,
  field,
  offset: 0,
  expected,
  got,
});

/** Bytes of the frame at hand. Nothing of a decoded entry refers to them, so that the next frame may overwrite them. */
const scratch = new HexScratch();

/** Decodes one frame of an entry and judges it. */
export function decodeFrame(
  resolved: Resolved,
  entry: Entry,
  hex: string,
  direction: Direction | null,
  context: Context,
): DecodedEntry {
  const length = scratch.read(hex);
  if (length >= 0) return decodeBytes(resolved, entry, scratch.bytes(length), direction, context);
  const parsed = fromHex(hex);
  if ('bytes' in parsed) return decodeBytes(resolved, entry, parsed.bytes, direction, context);
  return {
    error: {
      code: 'bad_hex',
      message: parsed.problem,
      field: 'hex',
      offset: parsed.at >> 1,
      expected: 'pairs of hexadecimal digits',
      got: hex.slice(0, 32),
    },
  };
}

/** The same for a frame that is at hand as bytes. */
export function decodeBytes(
  { index, profile }: Resolved,
  entry: Entry,
  bytes: Uint8Array,
  direction: Direction | null,
  context: Context,
): DecodedEntry {
  const result = decode(index, bytes, selection(index, entry));
  if (isRefused(result)) return refusedEntry(index, result);
  if (profile === null || silent(index, profile, result, bytes, direction, context))
    return decodedEntry(index, result, []);
  const { type, id } = index.announcedBy(({ name }) => Number(result.header[name]));
  const announced = index.at(type, id);
  const named = announced.includes(result.body) ? null : result.body;
  return decodedEntry(index, result, judge({ index, decoded: result, bytes, profile, direction, context, named }));
}

/** Whether the rules surely have nothing to say, which is so for most messages and costs a tenth of asking them. */
function silent(
  index: DialectIndex,
  profile: ProfileIR,
  { body }: Decoded,
  bytes: Uint8Array,
  direction: Direction | null,
  context: Context,
): boolean {
  const limit = limitIn(context, profile);
  if (limit === null) return false;
  const check = quietCheck(index, profile);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const i = check.shape.check(view, 0, bytes.length);
  return index.ir.bodies[i] === body && check.quiet(view, 0, bytes.length, i, direction, limit);
}

/** How the names of an entry settle which body a header announces. */
export function selection(index: DialectIndex, entry: Entry): (announced: readonly BodyIR[]) => readonly BodyIR[] {
  const names = namesOf(entry);
  return (announced) => choose(index, names, announced);
}

interface Names {
  readonly class: string | undefined;
  readonly message: string | undefined;
  readonly kind: string | undefined;
}

const namesOf = (entry: Entry): Names => ({
  class: textOf(entry, 'class'),
  message: textOf(entry, 'message'),
  kind: textOf(entry, 'kind'),
});

/** Class, message and kind together select a body whatever the header says; fewer of them only settle what it leaves open. */
function choose(index: DialectIndex, names: Names, announced: readonly BodyIR[]): readonly BodyIR[] {
  if (names.class !== undefined && names.message !== undefined && names.kind !== undefined) {
    const named = index.byKey(`${names.class}.${names.message}.${names.kind}`);
    if (named !== undefined) return [named];
  }
  if (announced.length < 2) return announced;
  const fits = announced.filter(
    (b) =>
      (names.class ?? b.class) === b.class &&
      (names.message ?? b.message) === b.message &&
      (names.kind ?? b.kind) === b.kind,
  );
  return fits.length === 1 ? fits : announced;
}

function refusedEntry({ ir }: DialectIndex, { error, header }: Refused): DecodedEntry {
  return { ...(header === null ? {} : { header: withoutReserved(ir.header, spellAll(header)) }), error };
}

function decodedEntry({ ir }: DialectIndex, result: Decoded, findings: readonly Finding[]): DecodedEntry {
  const { body, surplus } = result;
  return {
    class: body.class,
    message: body.message,
    kind: body.kind,
    header: withoutReserved(ir.header, spellAll(result.header)),
    fields: spellAll(result.fields),
    size: result.size,
    ...(surplus === null ? {} : { surplus }),
    ...(findings.length === 0 ? {} : { findings }),
  };
}

/** The context of an entry over that of its trace. */
export function contextOf(entry: Entry, defaults: Defaults): Context {
  const own = objectOf(entry, 'context') as Context | undefined;
  return own === undefined ? defaults.context : { ...defaults.context, ...own };
}
