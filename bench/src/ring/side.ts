import { DIALECTS, RingEnd, ringMemory } from '@virtio-wire/runtime';
import { BYTES, HAND_RING_BYTES, HandRing, put, sum } from './hand-ring.js';

/** One thread's half of what is measured; the two halves run at the same time and return when all is through. */
export interface Side {
  /** Writes `n` messages, shown `batch` at a time. */
  produce(n: number, batch: number): void;
  /** Reads `n` messages; the sum of their words, cut to 32 bits. */
  consume(n: number): number;
}

export type Kind = 'ring' | 'in place' | 'hand';

export const memoryFor: Readonly<Record<Kind, () => SharedArrayBuffer>> = {
  ring: () => ringMemory({ maxMessage: BYTES }),
  'in place': () => ringMemory({ maxMessage: BYTES }),
  hand: () => new SharedArrayBuffer(2 * HAND_RING_BYTES),
};

const sideOf: Readonly<Record<Kind, (memory: SharedArrayBuffer, first: boolean) => Side>> = {
  ring: (memory, first) => new OurSide(memory, first),
  'in place': (memory, first) => new InPlace(memory, first),
  hand(memory, first) {
    const out = new HandRing(memory, first ? 0 : HAND_RING_BYTES);
    const into = new HandRing(memory, first ? HAND_RING_BYTES : 0);
    return { produce: (n, batch) => out.produce(n, batch), consume: (n) => into.consume(n) };
  },
};

/** All kinds, each over its own memory. */
export const sidesOf = (
  rings: Readonly<Record<Kind, SharedArrayBuffer>>,
  first: boolean,
): Readonly<Record<Kind, Side>> => ({
  ring: sideOf.ring(rings.ring, first),
  'in place': sideOf['in place'](rings['in place'], first),
  hand: sideOf.hand(rings.hand, first),
});

/** The documented way: encoded in place, taken as a copy, blocked where there is nothing for longer than a moment. */
class OurSide implements Side {
  protected readonly end: RingEnd;

  constructor(memory: SharedArrayBuffer, first: boolean) {
    this.end = new RingEnd(memory, first ? 'driver' : 'device', { dialect: DIALECTS['v1-2026'] });
  }

  produce(n: number, batch: number): void {
    const { writer } = this.end;
    const { view } = writer;
    let kept = 0;
    for (let i = 0; i < n; i++) {
      let p = writer.reserve();
      if (p < 0) {
        writer.publish();
        kept = 0;
        while (p < 0) {
          this.end.waitForRoom(1000);
          p = writer.reserve();
        }
      }
      put(view, p, i);
      writer.push();
      if (++kept === batch) {
        writer.publish();
        kept = 0;
      }
    }
    if (kept > 0) writer.publish();
  }

  consume(n: number): number {
    const { reader } = this.end;
    const { view } = reader;
    let total = 0;
    for (let left = n; left > 0; ) {
      const size = reader.take();
      if (size === 0) this.end.wait(1000);
      else if (size === BYTES) {
        total = (total + sum(view, 0)) | 0;
        left--;
      } else throw new Error(`a message of ${size} bytes: ${this.end.fault?.message}`);
    }
    reader.release();
    return total;
  }
}

/** As documented for a peer that is trusted: read where it was written. */
class InPlace extends OurSide {
  override consume(n: number): number {
    const { reader } = this.end;
    const { ring } = reader;
    let total = 0;
    for (let left = n; left > 0; ) {
      const p = reader.peek();
      if (p < 0) {
        if (this.end.fault !== null) throw new Error(this.end.fault.message);
        this.end.wait(1000);
        continue;
      }
      if (reader.size !== BYTES) throw new Error(`a message of ${reader.size} bytes`);
      total = (total + sum(ring, p)) | 0;
      reader.next();
      left--;
    }
    reader.release();
    return total;
  }
}

/** What `consume` comes to for what `produce` wrote. */
export function expectedSum(n: number): number {
  const view = new DataView(new ArrayBuffer(BYTES));
  let total = 0;
  for (let i = 0; i < n; i++) {
    put(view, 0, i);
    total = (total + sum(view, 0)) | 0;
  }
  return total;
}

/** Sends `times.length` messages, each when the one before it has come back, and notes how long that took, in nanoseconds. */
export function ping(side: Side, times: Float64Array): void {
  let before = performance.now();
  for (let i = 0; i < times.length; i++) {
    side.produce(1, 1);
    side.consume(1);
    const now = performance.now();
    times[i] = (now - before) * 1e6;
    before = now;
  }
}

export function pong(side: Side, n: number): void {
  for (let i = 0; i < n; i++) {
    side.consume(1);
    side.produce(1, 1);
  }
}
