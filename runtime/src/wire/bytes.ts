const EMPTY = new Uint8Array(0);

/**
 * A private copy of bytes of a message, at an offset in the view. The message may lie in memory the peer can still write, or
 * in a buffer that is used again.
 */
export function copy(view: DataView, offset: number, length: number): Uint8Array {
  if (length === 0) return EMPTY;
  return new Uint8Array(view.buffer, view.byteOffset + offset, length).slice();
}

/** Copies a UUID; all zero means there is none. Spec: transport-msg.tex, GET_DEVICE_INFO. */
export function copyUuid(view: DataView, offset: number): Uint8Array | null {
  const uuid = copy(view, offset, 16);
  return uuid.every((byte) => byte === 0) ? null : uuid;
}
