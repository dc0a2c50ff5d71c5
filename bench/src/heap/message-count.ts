const TIMES = { '': 1, k: 1e3, m: 1e6, g: 1e9 } as const;

/** A count as people write it: `100M`, `250k`, `100000000`, `100_000_000`; null for anything else. */
export function countOf(text: string): number | null {
  const [, digits, unit] = /^(\d[\d_]*)([kmg]?)$/i.exec(text) ?? [];
  if (digits === undefined || unit === undefined) return null;
  const count = Number(digits.replaceAll('_', '')) * TIMES[unit.toLowerCase() as keyof typeof TIMES];
  // The loop counts in 31 bits.
  return count > 0 && count <= 2_000_000_000 ? count : null;
}
