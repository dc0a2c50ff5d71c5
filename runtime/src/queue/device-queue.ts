import type { GuestMemory } from '../memory/guest-memory.js';
import { AvailRing } from './avail-ring.js';
import { Chain, type ChainGate } from './chain.js';
import { type ChainLimits, ChainWalker } from './chain-walker.js';
import { type FaultCounts, noFaults, type QueueFault, type QueueFaultCode, queueFault } from './faults.js';
import type { QueueFeatures } from './features.js';
import { CompletionOrder, InFlight } from './in-flight.js';
import { Avail, copyConfig, type QueueConfig, Used } from './layout.js';
import { needEvent } from './notification.js';
import { SegmentsPool } from './segments.js';
import { UsedRing } from './used-ring.js';

/** Bounds of a queue on the side of the device; all have defaults. */
export interface DeviceQueueLimits extends ChainLimits {
  /** Chain faults without a good chain after which the queue is given up. */
  readonly maxChainFaults: number;
  /** Segments of all chains in flight together. Near it taking pauses, see `paused`; one chain is always possible. */
  readonly maxHeldSegments: number;
  /** Where both indices begin; 0, unless a queue is taken over in mid-life. */
  readonly start: number;
}

export const DEVICE_QUEUE_LIMITS: DeviceQueueLimits = {
  maxSegments: 1024,
  maxBytes: 16 * 1024 * 1024,
  maxChainFaults: 64,
  maxHeldSegments: 262144,
  start: 0,
};

/** `stopping`: takes nothing more, still gives back. `stopped` and `faulted`: does not touch the ring any more. */
export type DeviceQueueState = 'live' | 'stopping' | 'stopped' | 'faulted';

/**
 * A split virtqueue on the side of the device. It sends nothing and waits for nothing; one turn of a device is
 *
 *     while (queue.poll() > 0)                           // until 0: the last poll has asked for the next kick
 *       while ((chain = queue.pop()) !== undefined) {    // at most as many as poll said
 *         ... chain.read(0, request) ... chain.write(0, answer) ...
 *         queue.complete(chain);                         // now or in any later turn, in any order
 *       }
 *     if (queue.notifyWanted()) ...                      // send EVENT_USED
 *     if (queue.fault !== undefined) ...                 // DEVICE_NEEDS_RESET
 *
 * A driver can keep the outer loop busy by adding all the time; bound it as you bound any turn.
 *
 * Trust boundary: available ring, descriptors and both event cells of the driver are input and are read once per
 * decision. The used ring is output: what it holds is kept here and never read back. Virtio 1.3, 2.7.
 */
export class DeviceQueue {
  readonly size: number;
  readonly features: QueueFeatures;
  /** Faults met, by code. */
  readonly faultCounts: FaultCounts = noFaults();
  /** The chain fault met last. */
  lastChainFault: QueueFault | undefined;
  readonly #limits: DeviceQueueLimits;
  readonly #memory: GuestMemory;
  readonly #avail: AvailRing;
  readonly #used: UsedRing;
  readonly #walker: ChainWalker;
  readonly #inFlight: InFlight;
  readonly #order: CompletionOrder | undefined;
  readonly #pool = new SegmentsPool();
  readonly #gate: ChainGate = { open: true };
  /** Segments that the longest allowed chain has. */
  readonly #longest: number;
  #state: DeviceQueueState = 'live';
  #fault: QueueFault | undefined;
  /** Available index of the next head to take. */
  #next: number;
  /** Heads that the last poll found and that are not taken yet. */
  #ready = 0;
  #usedIdx: number;
  /** Elements published since notifyWanted was asked. */
  #unannounced = 0;
  #held = 0;
  #badInARow = 0;
  #wantsKicks = true;
  /** What this side wrote to avail_event; -1 before the first time. */
  #availEvent = -1;

  /** `config` must have passed `checkQueue`; a copy is kept. Touches no memory. */
  constructor(
    memory: GuestMemory,
    config: QueueConfig,
    features: QueueFeatures,
    limits: Partial<DeviceQueueLimits> = {},
  ) {
    const { size } = config;
    const copy = copyConfig(config);
    this.size = size;
    this.features = features;
    this.#limits = { ...DEVICE_QUEUE_LIMITS, ...limits };
    this.#longest = Math.min(size, this.#limits.maxSegments);
    this.#memory = memory;
    this.#avail = new AvailRing(memory, copy.driver, size);
    this.#used = new UsedRing(memory, copy.device, size);
    this.#walker = new ChainWalker(memory, copy, features, this.#limits);
    this.#inFlight = new InFlight(size);
    this.#order = features.inOrder ? new CompletionOrder(size) : undefined;
    this.#next = this.#limits.start & 0xffff;
    this.#usedIdx = this.#next;
  }

  get state(): DeviceQueueState {
    return this.#state;
  }

  /** The fault that ended the queue, once `state` is `faulted`. */
  get fault(): QueueFault | undefined {
    return this.#fault;
  }

  /** Heads taken and not yet in the used ring. */
  get inFlight(): number {
    return this.#inFlight.count;
  }

  /** Whether nothing is taken for now because too much is held: poll again once something was completed. */
  get paused(): boolean {
    return this.#held > 0 && this.#held + this.#longest > this.#limits.maxHeldSegments;
  }

  /**
   * Looks for new buffers: reads the available index once and returns how many heads `pop` may take, at most the queue
   * size; 0 if there is nothing, or the queue is paused or not live. Where kicks are wanted and the queue is not
   * paused, 0 also means that the driver will kick for the next one.
   */
  poll(): number {
    this.#ready = 0;
    // A paused queue must not report heads: pop would take none of them, and a loop around poll would never end.
    if (this.#state !== 'live' || this.paused) return 0;
    // Ask for the kick first and look afterwards. The other way round, a buffer added between the two is never seen:
    // its driver found the old avail_event, and we the old index.
    if (this.features.eventIdx && this.#wantsKicks && this.#availEvent !== this.#next) {
      this.#availEvent = this.#next;
      if (!this.#used.storeAvailEvent(this.#next)) return this.#latch('q_memory');
    }
    const idx = this.#avail.loadIdx();
    if (idx < 0) return this.#latch('q_memory');
    const found = (idx - this.#next) & 0xffff;
    const room = this.size - this.#inFlight.count;
    if (found > room) return this.#latch('q_idx_jump', -1, found, room);
    this.#ready = found;
    return found;
  }

  /**
   * The next sound buffer of those `poll` found, or undefined. Bad chains on the way are given back with length 0.
   * It costs at most `maxChainFaults` chains of at most min(size, maxSegments) descriptors each.
   */
  pop(): Chain | undefined {
    while (this.#ready > 0 && !this.paused) {
      const head = this.#avail.loadHead(this.#next & (this.size - 1));
      this.#ready--;
      this.#next = (this.#next + 1) & 0xffff;
      if (head < 0) this.#latch('q_memory');
      else if (head >= this.size) this.#latch('q_bad_head', head, head, this.size);
      else if (this.#inFlight.has(head)) this.#latch('q_dup_head', head, head, this.size);
      else {
        const chain = this.#take(head);
        if (chain !== undefined) return chain;
      }
    }
    return undefined;
  }

  /**
   * Gives a buffer back with the bytes written to it: `written`, but never more than the chain knows to be written.
   * False, and nothing happens, if it was given back before, is of another queue, or the ring must not be touched.
   */
  complete(chain: Chain, written: number = chain.written): boolean {
    if (!chain.belongsTo(this.#gate) || !chain.active) return false;
    const used = Math.min(Math.max(0, Math.trunc(written) || 0), chain.written);
    const segments = chain.end()!;
    this.#held -= segments.count;
    this.#pool.give(segments);
    return this.#giveBack(chain.head, used);
  }

  /** Gives back, with length 0, a buffer whose content the device type does not accept, and counts it. */
  refuse(chain: Chain): boolean {
    const done = this.complete(chain, 0);
    if (done) this.faultCounts.q_request++;
    return done;
  }

  /**
   * Whether the driver is to be told of what was given back since this was asked last. Reads one cell of the driver.
   * Virtio 1.3, 2.7.7.2.
   */
  notifyWanted(): boolean {
    const published = this.#unannounced;
    if (published === 0 || !this.#gate.open) return false;
    this.#unannounced = 0;
    if (!this.features.eventIdx) {
      const flags = this.#avail.loadFlags();
      if (flags < 0) this.#latch('q_memory');
      return flags >= 0 && (flags & Avail.NO_INTERRUPT) === 0;
    }
    const event = this.#avail.loadUsedEvent();
    if (event < 0) this.#latch('q_memory');
    // A whole lap passes every index; the 16-bit comparison would take it for no move at all.
    return event >= 0 && (published > 0xffff || needEvent(event, this.#usedIdx, this.#usedIdx - published));
  }

  /** Tells the driver that kicks are not needed, while the device looks by itself. A driver may kick all the same. */
  suppressKicks(): void {
    this.#wantKicks(false);
  }

  /** Wants kicks again. Poll until 0 afterwards: what was added meanwhile is not kicked for. */
  allowKicks(): void {
    this.#wantKicks(true);
  }

  /** First half of a queue reset: nothing more is taken; what is in flight may still be given back. */
  stop(): void {
    this.#ready = 0;
    if (this.#state === 'live') this.#state = 'stopping';
  }

  /**
   * Ends the queue: no access to the ring or to any buffer of it from here on. Returns how many buffers were in flight
   * and are discarded by that. Answer RESET_VQUEUE only afterwards (Virtio 1.3, 2.6.1).
   */
  reset(): number {
    const discarded = this.#inFlight.count;
    this.#ready = 0;
    this.#gate.open = false;
    this.#state = 'stopped';
    return discarded;
  }

  #take(head: number): Chain | undefined {
    const segments = this.#pool.take();
    const fault = this.#walker.walk(head, segments);
    if (fault === undefined || fault.class === 'chain') {
      this.#inFlight.take(head);
      this.#order?.taken(head);
    }
    if (fault === undefined) {
      this.#badInARow = 0;
      this.#held += segments.count;
      return new Chain(head, segments, this.#memory, this.#gate);
    }
    this.#pool.give(segments);
    if (fault.class === 'latch') this.#latchFault(fault);
    else this.#refuseChain(fault);
    return undefined;
  }

  #refuseChain(fault: QueueFault): void {
    this.lastChainFault = fault;
    this.faultCounts[fault.code]++;
    if (!this.#giveBack(fault.head, 0)) return;
    this.#badInARow++;
    const { maxChainFaults } = this.#limits;
    if (this.#badInARow >= maxChainFaults) this.#latch('q_chain_faults', fault.head, this.#badInARow, maxChainFaults);
  }

  #giveBack(head: number, written: number): boolean {
    if (this.#order === undefined) {
      if (!this.#putElement(head, written)) return false;
    } else {
      this.#order.finished(head, written);
      let published = 0;
      for (let due = this.#order.due(); due >= 0; due = this.#order.due()) {
        if (!this.#putElement(due, this.#order.written(due))) return false;
        published++;
      }
      if (published === 0) return true;
    }
    // The index last: whoever sees it may read the elements before it (Virtio 1.3, 2.7.8.2).
    if (this.#used.storeIdx(this.#usedIdx)) return true;
    this.#latch('q_memory', head);
    return false;
  }

  #putElement(head: number, written: number): boolean {
    if (!this.#used.storeElement(this.#usedIdx & (this.size - 1), head, written)) {
      this.#latch('q_memory', head);
      return false;
    }
    this.#usedIdx = (this.#usedIdx + 1) & 0xffff;
    this.#unannounced++;
    this.#inFlight.give(head);
    return true;
  }

  #wantKicks(wanted: boolean): void {
    if (!this.#gate.open || wanted === this.#wantsKicks) return;
    this.#wantsKicks = wanted;
    // With event indices the flags stay 0 (Virtio 1.3, 2.7.10.2); an avail_event left behind asks for nothing.
    if (!this.features.eventIdx && !this.#used.storeFlags(wanted ? 0 : Used.NO_NOTIFY)) this.#latch('q_memory');
  }

  #latch(code: QueueFaultCode, head = -1, got = 0, limit = 0): 0 {
    this.#latchFault(queueFault(code, head, got, limit));
    return 0;
  }

  /** The first fault stays: a later one is its consequence, and a retry must not be able to hide it. */
  #latchFault(fault: QueueFault): void {
    this.#ready = 0;
    this.faultCounts[fault.code]++;
    if (this.#fault !== undefined) return;
    this.#fault = fault;
    this.#state = 'faulted';
    this.#gate.open = false;
  }
}
