import type { IntFieldIR } from '../ir/types.js';

/** Header values as vector files spell them: a reserved field is told only where it is not zero. */
export function withoutReserved<T>(fields: readonly IntFieldIR[], header: Record<string, T>): Record<string, T> {
  // Few dialects have such a field, and captures have millions of headers.
  const silent = fields.filter((f) => f.reserved && Number(header[f.name]) === 0);
  if (silent.length === 0) return header;
  return Object.fromEntries(Object.entries(header).filter(([name]) => !silent.some((f) => f.name === name)));
}
