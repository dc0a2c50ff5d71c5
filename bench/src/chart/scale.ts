/** Positions on a logarithmic axis of whole decades. */
export interface Scale {
  readonly decades: readonly number[];
  at(ratio: number): number;
}

/**
 * An axis that holds all ratios and 1, from 0 to `width`. It is one logarithm: a charting library would bring dozens of packages
 * for it, and the one that draws without a browser wants a newer Node than we do.
 */
export function logScale(ratios: readonly number[], width: number): Scale {
  const finite = ratios.filter((r) => Number.isFinite(r) && r > 0);
  const low = Math.floor(Math.log10(Math.min(0.5, ...finite)));
  const high = Math.ceil(Math.log10(Math.max(10, ...finite)));
  const decades = Array.from({ length: high - low + 1 }, (_, i) => 10 ** (low + i));
  const at = (ratio: number): number => {
    const exponent = Math.log10(Math.max(ratio, 10 ** low));
    return ((Math.min(exponent, high) - low) / (high - low)) * width;
  };
  return { decades, at };
}
