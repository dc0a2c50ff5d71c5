/** A run of sectors of which one request takes care. */
export interface Piece {
  readonly sector: number;
  readonly sectors: number;
}

/** Cuts a run into pieces of at most `most` sectors, which end at multiples of `alignment` where they can. */
export function* pieces(sector: number, sectors: number, most: number, alignment = 1): Generator<Piece, void> {
  const end = sector + sectors;
  for (let at = sector; at < end; ) {
    let next = Math.min(end, at + most);
    if (next < end && next - (next % alignment) > at) next -= next % alignment;
    yield { sector: at, sectors: next - at };
    at = next;
  }
}

/** Runs all of them, at most `width` at a time, and no more after one has failed. Over when nothing runs any more. */
export async function each<T>(items: Iterator<T, void>, width: number, run: (item: T) => Promise<void>): Promise<void> {
  let failed = false;
  const worker = async (): Promise<void> => {
    try {
      for (let item = items.next(); !item.done && !failed; item = items.next()) await run(item.value);
    } catch (reason) {
      failed = true;
      throw reason;
    }
  };
  const ends = await Promise.allSettled(Array.from({ length: width }, worker));
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
}
