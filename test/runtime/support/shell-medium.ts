import type { Down, Medium, Receiver, Sent } from '../../../runtime/dist/medium/medium.js';

/** One end of a medium made by hand: what the bus sends is kept here, and the test says what it hears. */
export class HandMedium implements Medium {
  readonly maxMessage: number;
  receiver: Receiver | null = null;
  readonly sent: Uint8Array[] = [];
  /** Messages it takes before it is full. */
  room = Number.POSITIVE_INFINITY;
  closed = false;
  #refused = false;
  #down = false;

  constructor(maxMessage = 264) {
    this.maxMessage = maxMessage;
  }

  receive(receiver: Receiver): void {
    this.receiver = receiver;
  }

  send(bytes: Uint8Array): Sent {
    if (this.closed || this.#down) return 'down';
    if (this.room <= 0) {
      this.#refused = true;
      return 'full';
    }
    this.room--;
    this.sent.push(bytes.slice());
    return 'sent';
  }

  close(): void {
    this.closed = true;
  }

  /** Takes out what was sent so far. */
  taken(): Uint8Array[] {
    return this.sent.splice(0);
  }

  hear(bytes: Uint8Array): void {
    if (!this.closed && !this.#down) this.receiver?.message(bytes);
  }

  /** Has room for so many again. */
  drain(room: number): void {
    this.room = room;
    if (!this.#refused || room <= 0 || this.closed || this.#down) return;
    this.#refused = false;
    this.receiver?.writable();
  }

  down(reason: Down = { code: 'bus_down', message: 'gone' }): void {
    if (this.closed || this.#down) return;
    this.#down = true;
    this.receiver?.down(reason);
  }
}
