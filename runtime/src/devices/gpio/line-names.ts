/** The block of names: in line order, each 7-bit ASCII with a zero behind it (Virtio 1.3, 5.18.6.1); none at all is no block. */
export function encodeNames(names: readonly string[]): Uint8Array {
  const given = names.filter((name) => name !== '');
  if (new Set(given).size < given.length) throw new RangeError('two lines have one name');
  const codes = names.flatMap((name) => [...name, '\0'].map((character) => character.codePointAt(0)!));
  if (codes.some((code) => code > 0x7f) || codes.filter((code) => code === 0).length > names.length)
    throw new RangeError('a name is not 7-bit ASCII, or has a zero in it');
  return Uint8Array.from(given.length === 0 ? [] : codes);
}

/** Null where it is not a name for each of `lines` lines and nothing else. */
export function decodeNames(block: Uint8Array, lines: number): string[] | null {
  if (block.length === 0) return new Array<string>(lines).fill('');
  if (block.at(-1) !== 0 || block.some((byte) => byte > 0x7f)) return null;
  const names = new TextDecoder().decode(block).split('\0').slice(0, -1);
  return names.length === lines ? names : null;
}
