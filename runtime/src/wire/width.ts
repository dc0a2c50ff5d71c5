/**
 * Whether a value fits the field it is meant for. The generated encoders cut numbers to their width; a value that was cut
 * arrives as another value, so the adapters ask first and refuse.
 */
export const u16 = (n: number): boolean => (n & 0xffff) === n;

export const u32 = (n: number): boolean => n >>> 0 === n;

export const u64 = (n: bigint): boolean => n >= 0n && n <= 0xffff_ffff_ffff_ffffn;

export function allU32(words: readonly number[]): boolean {
  for (let i = 0; i < words.length; i++) if (!u32(words[i]!)) return false;
  return true;
}
