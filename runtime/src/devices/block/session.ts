import type { QueuePort } from '../../host/queue-port.js';
import type { Chain } from '../../queue/chain.js';
import { Status } from './layout.js';
import { CHUNK, type Disk, serve } from './serve.js';

/** Requests of one queue that are carried out at a time; each holds one chunk. */
const MOST_AT_WORK = 64;
/** Chunks kept for later. */
const MOST_KEPT = 16;

/** One life of a disk, from the start by a driver to the reset: its requests, carried out in any order. */
export class Session {
  readonly #disk: Disk;
  readonly #failed: (reason: unknown) => void;
  readonly #chunks: Uint8Array[] = [];
  #atWork = 0;
  #idle: (() => void) | null = null;

  constructor(disk: Disk, failed: (reason: unknown) => void) {
    this.#disk = disk;
    this.#failed = failed;
  }

  kick(port: QueuePort): void {
    // What is given back later brings the next kick.
    while (port.held < MOST_AT_WORK) {
      const chain = port.next();
      if (chain === undefined) return;
      if (chain.writableLength === 0) port.refuse(chain);
      else void this.#carryOut(port, chain);
    }
  }

  /** Resolved when nothing is asked of the store any more. */
  end(): void | Promise<void> {
    if (this.#atWork === 0) return;
    return new Promise((resolve) => {
      this.#idle = resolve;
    });
  }

  /** Waits only where a store takes its time: a request that is done at once is given back within the kick. */
  async #carryOut(port: QueuePort, chain: Chain): Promise<void> {
    const chunk = this.#chunks.pop() ?? new Uint8Array(CHUNK);
    let status: Status = Status.IOERR;
    this.#atWork++;
    try {
      const work = serve(this.#disk, chain, chunk);
      let step = work.next();
      while (!step.done) {
        if (step.value !== undefined) await step.value;
        // A reset ends it between two steps.
        if (!chain.active) break;
        step = work.next();
      }
      if (step.done) status = step.value;
    } catch (reason) {
      this.#failed(reason);
    } finally {
      if (chain.active) giveBack(port, chain, status, chunk);
      if (this.#chunks.length < MOST_KEPT) this.#chunks.push(chunk);
      this.#atWork--;
      if (this.#atWork === 0) this.#idle?.();
    }
  }
}

function giveBack(port: QueuePort, chain: Chain, status: Status, chunk: Uint8Array): void {
  const last = chain.writableLength - 1;
  // A driver looks no further than the used length, which ends at a gap: without data there are zeros up to the status.
  if (chain.written < last) chunk.fill(0);
  while (chain.written < last && chain.write(chain.written, chunk.subarray(0, Math.min(CHUNK, last - chain.written))));
  chunk[0] = status;
  if (chain.write(last, chunk.subarray(0, 1))) port.complete(chain);
  else port.refuse(chain);
}
