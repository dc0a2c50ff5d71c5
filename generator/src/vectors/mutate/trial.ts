/** One vector, prepared to be asked again and again whether an index reads and writes it as it says. */
export interface Trial<Index> {
  /** Key of the body, or name of the struct, it is a vector of. */
  readonly key: string;
  readonly label: string;
  holds(index: Index): boolean;
  /** The same without what it says of the header, whose fields another dialect may name otherwise. */
  readonly withoutHeader?: Trial<Index> | undefined;
}

export const withoutHeader = <Index>(trial: Trial<Index>): Trial<Index> => trial.withoutHeader ?? trial;

/** Whether a vector holds; one whose bytes or values the layout runs out of does not. */
export function holds<Index>(trial: Trial<Index>, index: Index): boolean {
  try {
    return trial.holds(index);
  } catch (error) {
    // A field laid behind the end of the message.
    if (error instanceof RangeError) return false;
    throw error;
  }
}

/** Whether two values are the same however they are spelled: widths are told apart by bytes, not by quotation marks. */
export function sameValue(a: unknown, b: unknown): boolean {
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((item, i) => sameValue(item, b[i]));
  return String(a) === String(b);
}

/** Whether two records have the same names with the same values. */
export function sameValues(a: Readonly<Record<string, unknown>>, b: Readonly<Record<string, unknown>>): boolean {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((n) => Object.hasOwn(b, n) && sameValue(a[n], b[n]));
}
