import type { StatedSize } from './text-model.js';

const NUMBER = '(0x[0-9a-f]+|\\d+)';
const EXACT = new RegExp(`^${NUMBER}$`);
const RANGE = new RegExp(`^${NUMBER}(?:-{1,3}|–|\\.{2,3}|to|or|/|,)${NUMBER}$`);
const AT_MOST = new RegExp(`^(?:upto|atmost|max\\.?|<=|≤)${NUMBER}$`);
const AT_LEAST = new RegExp(`^(?:(?:atleast|min\\.?|>=|≥)${NUMBER}|${NUMBER}(?:\\+|ormore))$`);

/** A number as a text writes it: decimal or `0x…`; null for anything else. */
export function statedNumber(text: string): number | null {
  const compact = text.replace(/\s+/g, '').toLowerCase();
  return EXACT.test(compact) && compact.length <= 12 ? Number(compact) : null;
}

/**
 * The size a text states, in bytes: `4`, `4 bytes`, `32 bits`, `1-32`, `0 or 4`, `up to 30`, `8+`. Everything else (`...`,
 * `N bytes`, `count/8`, `variable`) depends on the message.
 */
export function statedSize(text: string): StatedSize {
  const lower = text.toLowerCase().replace(/\s+/g, '');
  const bits = /bits?$/.test(lower);
  const compact = lower.replace(/(bytes?|octets?|bits?|b)$/, '');
  const unit = bits ? 8 : 1;
  const size = (min: number, max: number | null): StatedSize => ({
    text,
    min: min / unit,
    max: max === null ? null : max / unit,
  });
  const exact = EXACT.exec(compact)?.[1];
  if (exact !== undefined) return size(Number(exact), Number(exact));
  const [, low, high] = RANGE.exec(compact) ?? [];
  if (low !== undefined && high !== undefined)
    return size(Math.min(Number(low), Number(high)), Math.max(Number(low), Number(high)));
  const most = AT_MOST.exec(compact)?.[1];
  if (most !== undefined) return size(0, Number(most));
  const [, least, orMore] = AT_LEAST.exec(compact) ?? [];
  const from = least ?? orMore;
  return size(from === undefined ? 0 : Number(from), null);
}
