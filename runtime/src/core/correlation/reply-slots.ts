import type { Message } from '../../wire/message.js';
import { Batch } from '../batch.js';
import { dispatcher } from '../dispatch.js';
import type { Limits } from '../limits.js';
import { benign, type Standing } from './benign.js';
import type { CorrelationEffect, RequestMessage, ResponseMessage } from './effect.js';
import { laneKey } from './lane.js';
import { Line, type Linked } from './line.js';
import { REPLY, type ReplyContext, type ReplyEffect, type ReplyEvent, type ReplyState } from './reply-machine.js';
import { isReset } from './retry.js';

class Slot implements ReplyContext, Linked<Slot> {
  readonly id: number;
  readonly request: RequestMessage;
  readonly lane: Line<Slot>;
  readonly reset: boolean;
  state: ReplyState = 'open';
  answer: ResponseMessage | null = null;
  /** Its timer runs. */
  armed = false;
  line: Line<Slot> | null = null;
  previous: Slot | null = null;
  next: Slot | null = null;

  constructor(id: number, request: RequestMessage, lane: Line<Slot>) {
    this.id = id;
    this.request = request;
    this.lane = lane;
    this.reset = isReset(request);
  }
}

/** Names a slot; what a handler answers to. It stays good after the slot is done with: the answer is then only counted. */
export interface SlotRef {
  readonly id: number;
  readonly request: RequestMessage;
  readonly state: ReplyState;
}

export interface Opened {
  /** Null where the request was dropped: too many are open. */
  readonly slot: SlotRef | null;
  readonly effects: readonly CorrelationEffect[];
}

/** Devices whose line is kept while nothing is in it. */
const IDLE_LANES = 256;

const step = dispatcher(REPLY);
const DISCARD: ReplyEvent = { type: 'discard' };
const OLDER_SENT: ReplyEvent = { type: 'older_sent' };
const TIMER: ReplyEvent = { type: 'timer' };
const DEVICE_RESET: ReplyEvent = { type: 'device_reset' };
const DEVICE_REMOVED: ReplyEvent = { type: 'device_removed' };
const BUS_DOWN: ReplyEvent = { type: 'bus_down' };
const FIRST: ReplyEvent = { type: 'answer', first: true };
const BEHIND: ReplyEvent = { type: 'answer', first: false };

/**
 * Requests of the peer and our responses: the answering side of section 5. Each request has a slot, and the slots of one
 * device are answered in the order they came (S4), whatever order its handler finishes in. Pure: every call returns what is
 * to be done.
 */
export class ReplySlots {
  readonly #limits: Limits;
  readonly #lanes = new Map<number, Line<Slot>>();
  #open = 0;
  readonly #apply: (effect: ReplyEffect) => void;
  #lastId = 0;
  readonly #effects = new Batch<CorrelationEffect>();
  #current: Slot | null = null;

  constructor(limits: Limits) {
    this.#limits = limits;
    this.#apply = (effect) => this.#do(this.#current!, effect);
  }

  /** Requests not answered yet. */
  get open(): number {
    return this.#open;
  }

  /** A request has come. A reset makes the older slots of its device void: nothing older is answered after it. */
  request(request: RequestMessage): Opened {
    const key = laneKey(request.name, request.device);
    if (isReset(request)) this.#each(key, DEVICE_RESET);
    let lane = this.#lanes.get(key);
    if (this.#isFull(lane)) {
      this.#effects.add({ type: 'drop', code: 'limit' });
      return { slot: null, effects: this.#effects.take() };
    }
    if (lane === undefined) {
      lane = new Line<Slot>();
      this.#lanes.set(key, lane);
    }
    const slot = new Slot(++this.#lastId, request, lane);
    lane.push(slot);
    this.#open++;
    return { slot, effects: this.#effects.take() };
  }

  /**
   * The handler's answer; device and token are put in here. Throws a TypeError for an answer to another message and an Error
   * for a second answer: both are mistakes of the handler.
   */
  answer(ref: SlotRef, response: ResponseMessage): readonly CorrelationEffect[] {
    const slot = ref as Slot;
    const { name, device, token } = slot.request;
    if (response.name !== name) throw new TypeError(`${response.name} is no answer to ${name}`);
    if (slot.state === 'open') {
      const { fields } = response;
      const same = response.device === device && response.token === token;
      slot.answer = same ? response : ({ name, kind: 'response', device, token, fields } as ResponseMessage);
    }
    return this.#settle(slot, slot.lane.head === slot ? FIRST : BEHIND);
  }

  /** The handler threw. `now` is what may be told of its device all the same. */
  threw(ref: SlotRef, now: Standing): readonly CorrelationEffect[] {
    const slot = ref as Slot;
    const answer = benign(slot.request, now);
    if (slot.state === 'open') slot.answer = answer;
    return this.#settle(slot, { type: 'threw', first: slot.lane.head === slot, benign: answer !== null });
  }

  /** The handler did not answer at once: from now on it has `queueQuiesce` milliseconds. Most slots never need the timer. */
  wait(ref: SlotRef): readonly CorrelationEffect[] {
    const slot = ref as Slot;
    if (slot.state !== 'open') return [];
    slot.armed = true;
    return [{ type: 'arm', timer: slot.id, ms: this.#limits.queueQuiesce }];
  }

  /** There will be no answer: malformed and unsupported requests are discarded without producing traffic (S4). */
  discard(ref: SlotRef): readonly CorrelationEffect[] {
    const slot = ref as Slot;
    return slot.state === 'open' ? this.#settle(slot, DISCARD) : [];
  }

  /** The handler has not answered in time. */
  timer(id: number): readonly CorrelationEffect[] {
    // Few handlers are so slow that they are looked for.
    const slot = this.#all().find((s) => s.id === id);
    return slot === undefined ? [] : this.#settle(slot, TIMER);
  }

  /** The device is being reset by other means than SET_DEVICE_STATUS(0). */
  deviceReset(device: number): readonly CorrelationEffect[] {
    this.#each(device, DEVICE_RESET);
    return this.#effects.take();
  }

  deviceRemoved(device: number): readonly CorrelationEffect[] {
    this.#each(device, DEVICE_REMOVED);
    return this.#effects.take();
  }

  busDown(): readonly CorrelationEffect[] {
    for (const slot of this.#all().sort((a, b) => a.id - b.id)) this.#run(slot, BUS_DOWN);
    this.#lanes.clear();
    return this.#effects.take();
  }

  #all(): Slot[] {
    return [...this.#lanes.values()].flatMap((lane) => lane.toArray());
  }

  #isFull(lane: Line<Slot> | undefined): boolean {
    const { maxInFlightPerBus, maxInFlightPerDevice } = this.#limits;
    return this.#open >= maxInFlightPerBus || (lane !== undefined && lane.length >= maxInFlightPerDevice);
  }

  #settle(slot: Slot, event: ReplyEvent): readonly CorrelationEffect[] {
    this.#run(slot, event);
    this.#release(slot.lane);
    return this.#effects.take();
  }

  /** Sends the answers that waited for an older one. */
  #release(lane: Line<Slot>): void {
    for (let s = lane.head; s !== null && s.state === 'answered'; s = lane.head) this.#run(s, OLDER_SENT);
  }

  #each(key: number, event: ReplyEvent): void {
    const lane = this.#lanes.get(key);
    if (lane === undefined) return;
    for (const slot of lane.toArray()) this.#run(slot, event);
    // A reset that was answered already and stood behind others goes out now.
    this.#release(lane);
  }

  #run(slot: Slot, event: ReplyEvent): void {
    this.#current = slot;
    const after = step(slot.state, slot, event, this.#apply);
    if (after === null) {
      this.#effects.add({ type: 'count', code: 'bad_state' });
      return;
    }
    slot.state = after;
    if (slot.line !== null && (after === 'sent' || after === 'void')) {
      slot.line.remove(slot);
      this.#open--;
      // A peer may ask about every number there is: of those without a slot only so many are kept, for the next time.
      if (slot.lane.length === 0 && this.#lanes.size > IDLE_LANES)
        this.#lanes.delete(laneKey(slot.request.name, slot.request.device));
    }
  }

  #do(slot: Slot, effect: ReplyEffect): void {
    switch (effect.do) {
      case 'send':
        this.#effects.add({ type: 'send', id: slot.id, message: slot.answer as Message });
        return;
      case 'disarm':
        if (slot.armed) this.#effects.add({ type: 'cancel', timer: slot.id });
        return;
      case 'needs_reset':
        this.#effects.add({ type: 'needs_reset', device: slot.request.device });
        return;
      case 'count':
        this.#effects.add({ type: 'count', code: effect.code });
        return;
      case 'reject':
        throw new Error(`${slot.request.name}, device ${slot.request.device}: answered twice`);
    }
  }
}
