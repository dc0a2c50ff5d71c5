/** A field's value in the interpreter: u64 as bigint, bytes as a view of the input, integers as numbers. */
export type Value = number | bigint | Uint8Array | readonly (number | bigint)[];

export type Fields = Record<string, Value>;

/** Makes objects that inherit nothing; unlike those of `Object.create(null)`, V8 keeps their properties fast. */
function Bare(): void {}
Bare.prototype = Object.create(null);

/** An object to be filled by name, in which a name is found only where it has been put. */
export const emptyRecord = <T>(): Record<string, T> => new (Bare as unknown as new () => Record<string, T>)();

/** A value as JSON spells it. */
export type Spelled = number | string | readonly (number | string)[];

/** u64 become decimal strings, byte arrays lower-case hexadecimal digits, everything else stays a number. */
export function spell(value: Value): Spelled {
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint') return value.toString();
  if (value instanceof Uint8Array) return toHex(value);
  return value.map((v) => (typeof v === 'bigint' ? v.toString() : v));
}

export function spellAll(fields: Fields): Record<string, Spelled> {
  const spelled: Record<string, Spelled> = {};
  for (const name in fields) spelled[name] = spell(fields[name] as Value);
  return spelled;
}

export const toHex = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');

export type HexResult = { readonly bytes: Uint8Array } | { readonly problem: string; readonly at: number };

/** Bytes of hexadecimal text. Blanks, colons and a leading 0x are allowed; the position of the first bad digit is told. */
export function fromHex(text: string): HexResult {
  const clean = /[^0-9a-fA-F]/.test(text) ? text.replace(/0x/gi, '').replace(/[\s:_,-]/g, '') : text;
  const bad = clean.search(/[^0-9a-fA-F]/);
  if (bad >= 0) return { problem: `"${clean[bad] ?? ''}" is not a hexadecimal digit`, at: bad };
  if (clean.length % 2 === 1)
    return { problem: `${clean.length} hexadecimal digits are not whole bytes`, at: clean.length };
  // A copy out of Buffer's pool; `Uint8Array.from` would walk it element by element.
  return { bytes: new Uint8Array(Buffer.from(clean, 'hex')) };
}
