import fc from 'fast-check';
import { bytesOf, DIALECTS, malformed, vectors } from './vectors.js';

export const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** Messages of every body, some of them spoiled, cut short or followed by other bytes; and plain noise. */
export const someMessage = fc.oneof(
  fc
    .tuple(
      fc.constantFrom(...vectors, ...malformed),
      fc.uint8Array({ maxLength: 12 }),
      fc.array(fc.tuple(fc.nat(60), fc.nat(255)), { maxLength: 3 }),
      fc.option(fc.nat(60)),
    )
    .map(([v, behind, edits, cut]) => {
      const bytes = Uint8Array.from([...bytesOf(v.hex), ...behind]);
      for (const [at, byte] of edits) if (at < bytes.length) bytes[at] = byte;
      return { name: v.dialect, bytes: cut === null ? bytes : bytes.slice(0, cut) };
    }),
  fc.record({ name: fc.constantFrom(...DIALECTS), bytes: fc.uint8Array({ maxLength: 80 }) }),
);
