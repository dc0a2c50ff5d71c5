import type { Chain } from '../queue/chain.js';
import type { DeviceQueue } from '../queue/device-queue.js';
import type { QueueFault } from '../queue/faults.js';

/** What a port needs of the host that owns it. */
export interface PortHost {
  /** Call `turn` of this port soon. */
  soon(port: QueuePort): void;
  /** Call `turn` once others had theirs: this port has used up its turn. */
  later(port: QueuePort): void;
  /** Tell the driver that buffers were used. */
  used(port: QueuePort): void;
  /** The ring cannot be believed any more. */
  fault(port: QueuePort, fault: QueueFault): void;
  /** Tell the device. Never throws. */
  kick(port: QueuePort): void;
}

/**
 * One virtqueue that runs, as a device sees it. It takes buffers out, in the order they were made available, and gives them
 * back, in any order; when to tell the driver is settled here.
 */
export class QueuePort {
  /** Number of the queue. */
  readonly index: number;
  readonly #queue: DeviceQueue;
  readonly #host: PortHost;
  /** Buffers a turn may take, so that a driver that never stops adding does not stop everybody else. */
  readonly #budget: number;
  #left: number;
  /** Heads that the ring has said are there. */
  #ready = 0;
  #inTurn = false;
  #scheduled = false;
  #dirty = false;
  /** Buffers wait, and nothing is taken until some that are held were given back. */
  #paused = false;
  #whenIdle: (() => void) | null = null;

  constructor(index: number, queue: DeviceQueue, host: PortHost, budget: number) {
    this.index = index;
    this.#queue = queue;
    this.#host = host;
    this.#budget = budget;
    this.#left = budget;
  }

  /** Entries of the ring. */
  get size(): number {
    return this.#queue.size;
  }

  /** Whether buffers can be taken and given back. */
  get live(): boolean {
    return this.#queue.state === 'live';
  }

  /** Buffers taken and not given back. */
  get held(): number {
    return this.#queue.inFlight;
  }

  /**
   * The next buffer, or undefined: there is none, the turn is over (`kick` comes again), or the ring is at an end. Bad
   * buffers are given back with length 0 on the way.
   */
  next(): Chain | undefined {
    if (this.#left === 0) {
      if (!this.#scheduled) {
        this.#scheduled = true;
        this.#host.later(this);
      }
      return undefined;
    }
    this.#left--;
    for (;;) {
      if (this.#ready === 0) {
        this.#ready = this.#queue.poll();
        if (this.#ready === 0) break;
      }
      this.#ready--;
      const chain = this.#queue.pop();
      if (chain !== undefined) {
        this.#settleSoon();
        return chain;
      }
      // Bad ones were given back.
      this.#ready = 0;
      this.#settleSoon();
      if (!this.live || this.#queue.paused) break;
    }
    this.#paused = this.#queue.paused;
    this.#settleSoon();
    return undefined;
  }

  /**
   * Gives a buffer back with `written` bytes, what was written through the chain unless given. False if it is no longer the
   * device's to give.
   */
  complete(chain: Chain, written?: number): boolean {
    const done = written === undefined ? this.#queue.complete(chain) : this.#queue.complete(chain, written);
    this.#settleSoon();
    if (this.#whenIdle !== null && this.held === 0) this.#whenIdle();
    return done;
  }

  /** Gives back, with length 0, a buffer this device type does not accept. */
  refuse(chain: Chain): boolean {
    const done = this.#queue.refuse(chain);
    this.#settleSoon();
    if (this.#whenIdle !== null && this.held === 0) this.#whenIdle();
    return done;
  }

  /** For the host: the driver kicked. */
  wake(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#host.soon(this);
  }

  /** For the host: one turn of the device with this queue, then the driver is told if it wants to be. */
  turn(): void {
    this.#scheduled = false;
    this.#left = this.#budget;
    this.#inTurn = true;
    if (this.live) this.#host.kick(this);
    this.#inTurn = false;
    this.#settle();
  }

  /** For the host: nothing more is taken. Calls back once nothing is held, at once if so. */
  drain(idle: () => void): void {
    this.#queue.stop();
    this.#whenIdle = () => {
      this.#whenIdle = null;
      idle();
    };
    if (this.held === 0) this.#whenIdle();
  }

  /** For the host: no access to the ring or its buffers from here on. Returns how many buffers were held. */
  end(): number {
    this.#whenIdle = null;
    this.#ready = 0;
    return this.#queue.reset();
  }

  /** Between turns the driver is told once for everything that is given back in one go. */
  #settleSoon(): void {
    if (this.#inTurn || this.#dirty) return;
    this.#dirty = true;
    this.wake();
  }

  #settle(): void {
    this.#dirty = false;
    if (this.#queue.notifyWanted()) this.#host.used(this);
    const { fault } = this.#queue;
    if (fault !== undefined) this.#host.fault(this, fault);
    // The driver has kicked for them already and will not again.
    if (!this.#paused || this.#queue.paused) return;
    this.#paused = false;
    this.wake();
  }
}
