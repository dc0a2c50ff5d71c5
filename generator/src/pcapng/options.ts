import { OPTION, padded } from './format.js';

/**
 * Calls `each` with code, place and length of every option from `from` to `end`. False where the list does not fit in
 * there; the options before that have been told.
 */
export function eachOption(
  view: DataView,
  from: number,
  end: number,
  little: boolean,
  each: (code: number, at: number, length: number) => void,
): boolean {
  let at = from;
  while (end - at >= 4) {
    const code = view.getUint16(at, little);
    const length = view.getUint16(at + 2, little);
    if (code === OPTION.END) return true;
    if (length > end - at - 4) return false;
    each(code, at + 4, length);
    at += 4 + padded(length);
  }
  return at >= end;
}
