import { knownNames } from '../diagnostics/did-you-mean.js';
import { type Decoded, decode, isRefused, type Refused } from '../interpret/decode.js';
import type { DialectIndex } from '../interpret/dialect-index.js';
import { fromHex, type Spelled, spellAll } from '../interpret/values.js';
import type { WireError } from '../interpret/wire-error.js';
import type { BodyIR, ProfileIR } from '../ir/types.js';
import type { Context, Direction, Finding } from '../rules/finding.js';
import { judge } from '../rules/judge.js';
import type { IrStore } from '../store.js';
import { type Defaults, type Entry, objectOf, textOf } from './entry.js';

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
  const profile = store.profile(found.index.ir.protocol, profileName);
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

/** Decodes one frame of an entry and judges it. */
export function decodeFrame(
  resolved: Resolved,
  entry: Entry,
  hex: string,
  direction: Direction | null,
  context: Context,
): DecodedEntry {
  const { index, profile } = resolved;
  const parsed = fromHex(hex);
  if (!('bytes' in parsed)) {
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
  const names = namesOf(entry);
  const result = decode(index, parsed.bytes, (announced) => choose(index, names, announced));
  if (isRefused(result)) return refusedEntry(result);
  const announced = index.at(Number(result.header[index.typeField.name]), Number(result.header[index.idField.name]));
  const findings =
    profile === null
      ? []
      : judge({
          index,
          decoded: result,
          bytes: parsed.bytes,
          profile,
          direction,
          context,
          named: announced.includes(result.body) ? null : result.body,
        });
  return decodedEntry(result, findings);
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

function refusedEntry({ error, header }: Refused): DecodedEntry {
  return { ...(header === null ? {} : { header: spellAll(header) }), error };
}

export function decodedEntry(result: Decoded, findings: readonly Finding[]): DecodedEntry {
  const { body, surplus } = result;
  return {
    class: body.class,
    message: body.message,
    kind: body.kind,
    header: spellAll(result.header),
    fields: spellAll(result.fields),
    size: result.size,
    ...(surplus === null ? {} : { surplus }),
    ...(findings.length === 0 ? {} : { findings }),
  };
}

/** The context of an entry over that of its trace. */
export const contextOf = (entry: Entry, defaults: Defaults): Context => ({
  ...defaults.context,
  ...(objectOf(entry, 'context') as Context | undefined),
});
