import type { DialectIndex } from './dialect-index.js';
import { readInt } from './int.js';

/**
 * Cuts raw bytes into messages laid back to back, by what their headers count (or by the fixed frame). A message whose
 * size leads nowhere takes the rest of the bytes with it, since nothing tells where the next one would start.
 */
export function splitMessages(index: DialectIndex, bytes: Uint8Array): Uint8Array[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { headerSize, fixedSize } = index.ir.framing;
  const messages: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; ) {
    const left = bytes.length - at;
    const field = index.sizeField;
    let size = fixedSize ?? left;
    if (fixedSize === null && field !== null && left >= headerSize)
      size = Number(readInt(view, at + field.offset, field.type));
    if (size < headerSize || size > left) size = left;
    messages.push(bytes.subarray(at, at + size));
    at += size;
  }
  return messages;
}
