/** Messages up to this many bytes are kept in buffers that are used again; longer ones are rare. */
const POOLED = 512;
/** Buffers kept for later: as many as wait at a time on a busy bus. */
const KEPT = 256;

/** A message that waits. */
export interface Held {
  /** Its bytes; the caller's only until they are given back. */
  readonly bytes: Uint8Array;
  /** The same bytes, and more behind them. */
  readonly view: DataView;
  /** Where they lie, or null where they were made for this message alone. */
  readonly room: Room | null;
}

interface Room {
  readonly buffer: Uint8Array;
  readonly view: DataView;
  /** Beginnings of the buffer that were asked for, by length. */
  readonly held: (Held | undefined)[];
}

function newRoom(): Room {
  const buffer = new Uint8Array(POOLED);
  return { buffer, view: new DataView(buffer.buffer), held: [] };
}

/** Copies of messages in buffers that are used again: a busy medium would else make two objects for every message. */
export class MessagePool {
  readonly #free: Room[] = [];

  hold(message: Uint8Array): Held {
    const { length } = message;
    // slice() of a Buffer would be a view of the same bytes.
    if (length > POOLED) {
      const bytes = new Uint8Array(message);
      return { bytes, view: new DataView(bytes.buffer), room: null };
    }
    const room = this.#free.pop() ?? newRoom();
    let held = room.held[length];
    if (held === undefined) {
      held = { bytes: room.buffer.subarray(0, length), view: room.view, room };
      room.held[length] = held;
    }
    const { bytes } = held;
    if (length > 64) bytes.set(message);
    else for (let i = 0; i < length; i++) bytes[i] = message[i]!;
    return held;
  }

  /** Its bytes may hold another message from now on. */
  release({ room }: Held): void {
    if (room !== null && this.#free.length < KEPT) this.#free.push(room);
  }
}
