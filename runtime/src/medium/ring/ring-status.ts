import { ordered16 } from '../../memory/host-order.js';
import type { Side } from '../../wire/sender.js';
import type { RingLayout } from './ring-memory.js';

const QUEUE_MAGIC = 0x514f;
/** States in bits 4:0 of a QUEUE_HEAD's status (virtio_msg_amp_shmem.h). */
const READY = 1;
const RUN = 2;
const SHUTDOWN = 3;
const PEER_DEAD = 4;

/** `absent`: it has not come yet, and what is sent waits for it. `gone`: it closed. `broken`: there is no such state. */
export type PeerState = 'absent' | 'there' | 'gone' | 'broken';

/**
 * How the two sides tell each other that they are there: each sets its magic, then becomes READY with indices 0, then, when
 * the other has left INIT, RUN; above that is the end.
 */
export class RingStatus {
  readonly #cells: Uint16Array;
  /** In cells. */
  readonly #own: number;
  readonly #peer: number;
  #running = false;

  /** @throws {Error} where somebody has been this side of the ring already: indices begin at 0, so a ring is used once. */
  constructor(memory: SharedArrayBuffer, layout: RingLayout, side: Side) {
    this.#cells = new Uint16Array(memory, 0, memory.byteLength >> 1);
    this.#own = layout[side].head >> 1;
    this.#peer = layout[side === 'driver' ? 'device' : 'driver'].head >> 1;
    if (Atomics.compareExchange(this.#cells, this.#own, 0, ordered16(QUEUE_MAGIC)) !== 0)
      throw new Error(`the ${side} side of this ring is taken, or was: make another with ringMemory()`);
    this.#become(READY);
    this.peer();
  }

  /** What the peer says of itself, looked at now. */
  peer(): PeerState {
    const magic = ordered16(Atomics.load(this.#cells, this.#peer));
    if (magic === 0) return 'absent';
    if (magic !== QUEUE_MAGIC) return 'broken';
    const state = ordered16(Atomics.load(this.#cells, this.#peer + 1)) & 0x1f;
    if (state > PEER_DEAD) return 'broken';
    if (state > RUN) return 'gone';
    if (state >= READY && !this.#running) this.#become(RUN);
    return 'there';
  }

  /** Says that this side has ended; `dead`: because the peer broke a rule. */
  end(dead: boolean): void {
    this.#become(dead ? PEER_DEAD : SHUTDOWN);
  }

  #become(state: number): void {
    this.#running = state >= RUN;
    Atomics.store(this.#cells, this.#own + 1, ordered16(state));
  }
}
