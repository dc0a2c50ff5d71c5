import type { Medium, Receiver } from '../../../runtime/dist/index.js';

type Sent = ReturnType<Medium['send']>;

/** A medium whose other end is a script: it says what it likes, and hears what the bus sends. */
export class ReplayMedium implements Medium {
  readonly maxMessage: number;
  /** Hears every frame the bus sends; what it says in return goes by `say`, later. */
  readonly #hear: (frame: Uint8Array) => void;
  #receiver: Receiver | null = null;
  #open = true;

  constructor(maxMessage: number, hear: (frame: Uint8Array) => void) {
    this.maxMessage = maxMessage;
    this.#hear = hear;
  }

  receive(receiver: Receiver): void {
    if (this.#receiver !== null) throw new Error('this medium has a receiver');
    this.#receiver = receiver;
  }

  send(bytes: Uint8Array): Sent {
    if (!this.#open) return 'down';
    this.#hear(bytes.slice());
    return 'sent';
  }

  close(): void {
    this.#open = false;
  }

  /** Gives the bus a frame of the peer. Not to be called from within `receive`, `send` or `close`. */
  say(frame: Uint8Array): void {
    if (this.#open) this.#receiver?.message(frame);
  }
}
