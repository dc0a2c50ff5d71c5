import { VirtioError } from '../bus/error.js';
import type { Answered } from '../bus/request-desk.js';
import { TEXTS } from '../core/device/texts.js';
import type { InitEvent } from '../core/driver/contract.js';
import { type Fault, fault } from '../core/fault.js';
import { queueFeatures } from '../queue/features.js';
import type { TransportMessage } from '../wire/message.js';
import type { WantedQueue } from './driver.js';
import type { DriverPort } from './driver-port.js';
import type { TransportBus } from './transport-bus.js';
import { type QueueOwner, TransportQueue } from './transport-queue.js';
import type { Waiter } from './waiter.js';

/** What the queues of a device need of its transport. */
export interface QueuesOwner {
  readonly bus: TransportBus;
  readonly device: number;
  /** Whether the device is being set up: without its queue there is no driver. */
  readonly settingUp: boolean;
  readonly running: boolean;
  /** The queues the driver wants; null, and the device is given up, where it fails to say. */
  wanted(): readonly WantedQueue[] | null;
  /** Tells the machine of the bring-up. */
  tell(event: InitEvent): void;
  /** A request ended so, and the device may be dead. */
  doubt(why: Fault | null): void;
  /** A queue that was reset by itself is live again. */
  isBack(port: DriverPort): void;
}

const isCount = (value: number, least: number): boolean => Number.isInteger(value) && value >= least;

/** All virtqueues of one device on the driver's side, set up anew in each of its lives. */
export class TransportQueues {
  readonly #owner: QueuesOwner;
  readonly #queues = new Map<number, TransportQueue>();
  readonly #resetting = new Map<number, Waiter & { readonly promise: Promise<void> }>();

  constructor(owner: QueuesOwner) {
    this.#owner = owner;
  }

  /** The port of a queue while there is a ring. */
  port(index: number): DriverPort | null {
    return this.#queues.get(index)?.port ?? null;
  }

  used(index: number): void {
    this.#queues.get(index)?.tell({ type: 'used' });
  }

  /** What an EVENT_AVAIL of a queue carries; undefined where it is not live. */
  positionOf(index: number): { next_offset: number; next_wrap: number } | undefined {
    const queue = this.#queues.get(index);
    return queue?.live === true ? queue.port?.position : undefined;
  }

  /** Sets up what the driver wants. `ask` sends requests of this life of the device, and no other hears their answers. */
  setUp(chosen: readonly number[], ask: (request: TransportMessage, done: Answered) => void): void {
    const { bus, device } = this.#owner;
    const features = queueFeatures(chosen);
    const { enableFlag } = TEXTS[bus.dialect.name];
    this.#queues.clear();
    const wanted = this.#owner.wanted();
    if (wanted === null) return;
    const bad = wanted.find(({ index, size }) => !isCount(index, 0) || !isCount(size, 1));
    if (bad !== undefined) {
      const message = `the driver wants queue ${bad.index} with ${bad.size} entries`;
      this.#owner.tell({ type: 'abandon', fault: fault('bad_value', message) });
      return;
    }
    const owner = this.#forQueues(ask);
    for (const { index } of wanted) {
      const options = { device, index, features, enableFlag, sizeBeforeSetup: bus.sizeBeforeSetup };
      this.#queues.set(index, new TransportQueue(options, owner));
    }
    for (const { index, size } of wanted) {
      const queue = this.#queues.get(index)!;
      queue.tell({ type: 'featuresOk' });
      queue.tell({ type: 'setup', wanted: size });
    }
    if (wanted.length === 0) this.#owner.tell({ type: 'ready' });
  }

  deviceLive(): void {
    for (const queue of this.#queues.values()) queue.tell({ type: 'deviceLive' });
  }

  /** The device has let go of everything. */
  deviceReset(): void {
    const { bus, device } = this.#owner;
    for (const queue of this.#queues.values()) {
      queue.tell({ type: 'deviceReset' });
      bus.queueLive(device, queue.index, false);
    }
  }

  deviceRemoved(): void {
    for (const queue of this.#queues.values()) queue.tell({ type: 'removed' });
  }

  /** What is out ends; the memory stays lent until the device is reset. */
  end(why: Fault): void {
    for (const queue of this.#queues.values()) queue.end(why);
  }

  /** Resets one queue and sets it up again; asked again meanwhile, it is the same reset. */
  reset(index: number): Promise<void> {
    const queue = this.#queues.get(index);
    if (queue === undefined) return Promise.reject(new VirtioError(fault('range', `queue ${index} is not set up`)));
    const running = this.#resetting.get(index);
    if (running !== undefined) return running.promise;
    let waiter: Waiter | undefined;
    const promise = new Promise<void>((resolve, reject) => {
      waiter = { resolve, reject };
    });
    this.#resetting.set(index, { ...waiter!, promise });
    queue.tell({ type: 'resetQueue' });
    return promise;
  }

  /** Ends the resets of single queues that are under way. */
  endResets(why: Fault): void {
    for (const index of [...this.#resetting.keys()]) this.#settleReset(index, why);
  }

  #forQueues(ask: (request: TransportMessage, done: Answered) => void): QueueOwner {
    const owner = this.#owner;
    const { bus, device } = owner;
    const ready = new Set<number>();
    return {
      pool: bus.pool,
      maxWaiting: bus.limits.maxWaiting,
      soon: (run) => bus.clock.soon(run),
      later: (run) => bus.clock.later(run),
      kick: (port) => bus.avail(device, port.index),
      fault: (port, why) => {
        const queue = this.#queues.get(port.index);
        if (queue?.port === port) queue.tell({ type: 'ringFault', code: why.code });
      },
      ask: (request, done) =>
        ask(request, (response, why) => {
          owner.doubt(why);
          done(response, why);
        }),
      arm: (index, ms) =>
        bus.arm(`${device}:queue ${index}`, ms, () => this.#queues.get(index)?.tell({ type: 'timer' })),
      cancel: (index) => bus.cancel(`${device}:queue ${index}`),
      up: (index, what) => {
        if (what === 'live') {
          bus.queueLive(device, index, true);
          this.#isBack(index);
        } else if (what === 'reset') this.#wasReset(index);
        else if (what === 'broken') this.#settleReset(index, fault('bad_state', `queue ${index} is broken`));
        else if (ready.add(index).size === this.#queues.size) owner.tell({ type: 'ready' });
      },
      failed: (index, why) => {
        // Without its queue there is no driver. What ends because the device is being reset is no failure.
        if (owner.settingUp) owner.tell({ type: 'abandon', fault: why });
        else this.#settleReset(index, why);
      },
      failDevice: (why) => {
        if (owner.running) owner.tell({ type: 'abandon', fault: why });
      },
      count: (code) => bus.count(code),
      moved: (machine, before, after) => bus.moved(machine, device, before, after),
    };
  }

  #wasReset(index: number): void {
    const { bus, device } = this.#owner;
    const queue = this.#queues.get(index);
    const size = this.#owner.wanted()?.find((q) => q.index === index)?.size ?? 0;
    bus.queueLive(device, index, false);
    queue?.tell({ type: 'setup', wanted: size });
  }

  #isBack(index: number): void {
    const port = this.port(index);
    if (this.#resetting.has(index) && port !== null) this.#owner.isBack(port);
    this.#settleReset(index, null);
  }

  #settleReset(index: number, why: Fault | null): void {
    const waiter = this.#resetting.get(index);
    this.#resetting.delete(index);
    if (why === null) waiter?.resolve();
    else waiter?.reject(new VirtioError(why));
  }
}
