import type { QueuePort } from '../../host/queue-port.js';

/** Bytes that wait for receive buffers of the driver, at most so many. */
export class ConsoleInput {
  readonly #limit: number;
  /** Twice the limit: bytes move to its beginning once for every `limit` bytes at most. */
  readonly #bytes: Uint8Array;
  #from = 0;
  #to = 0;

  constructor(limit: number) {
    this.#limit = limit;
    this.#bytes = new Uint8Array(2 * limit);
  }

  /** Bytes that may come now. */
  get room(): number {
    return this.#limit - (this.#to - this.#from);
  }

  /** Takes all of `bytes`, or nothing and says false. */
  push(bytes: Uint8Array): boolean {
    if (bytes.length > this.room) return false;
    if (this.#to + bytes.length > this.#bytes.length) {
      this.#bytes.copyWithin(0, this.#from, this.#to);
      this.#to -= this.#from;
      this.#from = 0;
    }
    this.#bytes.set(bytes, this.#to);
    this.#to += bytes.length;
    return true;
  }

  /** Moves what waits into buffers, as far as there are any. */
  fill(port: QueuePort): void {
    while (this.#from < this.#to) {
      const chain = port.next();
      if (chain === undefined) return;
      const length = Math.min(chain.writableLength, this.#to - this.#from);
      const bytes = this.#bytes.subarray(this.#from, this.#from + length);
      // Virtio 1.3, 5.3.6.1: no device-readable buffer in a receiveq.
      if (length === 0 || chain.readableLength > 0 || !chain.write(0, bytes)) port.refuse(chain);
      else if (port.complete(chain)) this.#from += length;
    }
  }

  clear(): void {
    this.#from = 0;
    this.#to = 0;
  }
}
