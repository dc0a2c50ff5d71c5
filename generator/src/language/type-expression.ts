import type { IntType } from '../ir/types.js';

/**
 * The `type:` of a field, in the notation of the specifications: `u32`, `be16`, `u8[32]`, `u32[num_blocks]`,
 * `u8[count bits]`, `u8[length bytes]`, `entry[mask + 1]`, `u8[size - 8]`, `u8[...]`, `char[16]`, `uuid`, `mac`, or the name of a struct.
 */
export interface TypeExpression {
  readonly base: string;
  readonly count: CountExpression | null;
}

export type CountExpression =
  | { readonly fixed: number }
  | { readonly field: string; readonly unit: 'elements' | 'bytes' | 'bits'; readonly plus: number }
  /** To the end of the message or part. */
  | { readonly rest: true };

/** Size in bytes of every integer type. */
export const INT_SIZE: Readonly<Record<IntType, number>> = {
  u8: 1,
  u16: 2,
  u24: 3,
  u32: 4,
  u64: 8,
  s32: 4,
  be16: 2,
  be32: 4,
};

export const isIntType = (name: string): name is IntType => Object.hasOwn(INT_SIZE, name);

/** Types that are an array of bytes with a spelling of their own. */
export const BYTE_TYPES: Readonly<
  Record<string, { readonly size: number | null; readonly format: 'uuid' | 'mac' | 'text' }>
> = {
  uuid: { size: 16, format: 'uuid' },
  mac: { size: 6, format: 'mac' },
  char: { size: null, format: 'text' },
};

const PATTERN = /^([A-Za-z_]\w*)(?:\[\s*([^\]]*?)\s*\])?$/;
const BY_FIELD = /^([A-Za-z_][\w.]*)(?:\s*([+-])\s*(\d+))?(?:\s+(bits|bytes))?$/;

/** The parsed expression, or null when the text is not one. */
export function parseType(text: string): TypeExpression | null {
  const match = PATTERN.exec(text.trim());
  if (match === null) return null;
  const [, base, inside] = match;
  if (base === undefined) return null;
  if (inside === undefined) return { base, count: null };
  if (inside === '...') return { base, count: { rest: true } };
  if (/^\d+$/.test(inside)) return Number(inside) > 0 ? { base, count: { fixed: Number(inside) } } : null;
  const by = BY_FIELD.exec(inside);
  if (by?.[1] === undefined) return null;
  const unit = by[4] === 'bits' ? 'bits' : by[4] === 'bytes' ? 'bytes' : 'elements';
  const more = Number(by[3] ?? 0);
  return { base, count: { field: by[1], unit, plus: by[2] === '-' && more > 0 ? -more : more } };
}

/** What `parseType` reads, as one pattern: the same texts, for editors that know nothing but patterns. */
export const TYPE_TEXT =
  /^\s*[A-Za-z_]\w*(?:\[\s*(?:\.\.\.|0*[1-9]\d*|[A-Za-z_][\w.]*(?:\s*[+-]\s*\d+)?(?:\s+(?:bits|bytes))?)\s*\])?\s*$/;

export const TYPE_HINT =
  'an integer (u8 u16 u24 u32 u64 s32 be16 be32), uuid, mac, char[16], a struct name, or an array: u8[32], u32[num_blocks], u8[count bits], u8[...]';
