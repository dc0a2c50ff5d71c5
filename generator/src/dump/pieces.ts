/** A run of elements that becomes one row. */
export interface Piece {
  readonly from: number;
  readonly count: number;
  /** Stands for elements that would otherwise be rows of their own. */
  readonly folded: boolean;
}

/** Rows an array may have before its middle is folded, and what stays of it at either end. */
const SHOWN = 16;
const FIRST = 8;
const LAST = 4;

/** Cuts `count` elements into rows of `perRow`; a long array keeps its beginning and its end. */
export function piecesOf(count: number, perRow: number, all: boolean): Piece[] {
  const rows = Math.ceil(count / perRow);
  const pieces: Piece[] = [];
  for (let row = 0; row < rows; row++) {
    const from = row * perRow;
    if (!all && rows > SHOWN && row === FIRST) {
      const next = (rows - LAST) * perRow;
      pieces.push({ from, count: next - from, folded: true });
      row = rows - LAST - 1;
    } else pieces.push({ from, count: Math.min(perRow, count - from), folded: false });
  }
  return pieces;
}
