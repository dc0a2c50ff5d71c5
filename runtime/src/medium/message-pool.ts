import { copyWords, IN_A_LOOP } from './copy-words.js';

/** Messages up to this many bytes are kept in buffers that are used again; longer ones are rare. */
const POOLED = 512;
/** Buffers of one length that are kept for later: as many as wait at a time on a busy bus. */
const KEPT = 128;

/** A message that waits. */
export interface Held {
  /** Its bytes; the caller's only until they are given back. */
  readonly bytes: Uint8Array;
  /** The same bytes. */
  readonly view: DataView;
}

/** Copies of messages in buffers that are used again: a busy medium would else make two objects for every message. */
export class MessagePool {
  /** By length: a bus has few, and one list of buffers of all lengths would need a view to be made for each. */
  readonly #free: (Held[] | undefined)[] = new Array(POOLED + 1).fill(undefined);

  /** `view`, where there is one: the same bytes from byte 0 on. */
  hold(message: Uint8Array, view?: DataView): Held {
    const { length } = message;
    const held = this.#take(length);
    const { bytes } = held;
    if (length > IN_A_LOOP) bytes.set(message);
    else if (view !== undefined) copyWords(held.view, 0, view, length);
    else for (let i = 0; i < length; i++) bytes[i] = message[i]!;
    return held;
  }

  /** Its bytes may hold another message from now on. */
  release(held: Held): void {
    const { length } = held.bytes;
    if (length > POOLED) return;
    const free = this.#free[length];
    if (free === undefined) this.#free[length] = [held];
    else if (free.length < KEPT) free.push(held);
  }

  #take(length: number): Held {
    const held = length > POOLED ? undefined : this.#free[length]?.pop();
    if (held !== undefined) return held;
    const bytes = new Uint8Array(length);
    return { bytes, view: new DataView(bytes.buffer) };
  }
}
