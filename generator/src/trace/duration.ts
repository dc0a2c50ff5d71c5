/** Milliseconds as people say them: `359 µs`, `4.0 ms`, `1.25 s`. */
export function duration(ms: number): string {
  const size = Math.abs(ms);
  if (size === 0) return '0 ms';
  if (size < 1) return `${Math.round(ms * 1000)} µs`;
  return size < 1000 ? `${ms.toFixed(1)} ms` : `${(ms / 1000).toFixed(2)} s`;
}
