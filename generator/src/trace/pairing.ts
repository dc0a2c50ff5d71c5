import type { Direction } from '../rules/finding.js';
import type { Exchange, Matched } from './conversation.js';
import type { Envelope } from './envelope.js';

interface Waiting {
  readonly exchange: Exchange;
  /** The queues it stands in. */
  readonly keys: readonly string[];
  answered: boolean;
}

/** What a waitlist remembers at most. A conversation that is told from memory needs no bounds but that memory. */
export interface Bounds {
  /** Requests that may be open at once; the oldest is given up for a new one. */
  readonly open: number;
  /** Tokens and devices that were asked with. */
  readonly asked: number;
}

const UNBOUNDED: Bounds = { open: Number.POSITIVE_INFINITY, asked: Number.POSITIVE_INFINITY };

/** Requests that wait for their answer. */
export class Waitlist {
  /** Every request stands in one queue per way of looking for it; an answered one is stepped over in the others. */
  readonly #queues = new Map<string, Queue>();
  /** Tokens and devices that were ever asked with, by class and id: the latest, and those before them. */
  #asked = new Set<string>();
  #askedBefore = new Set<string>();
  readonly #open = new Set<Waiting>();

  constructor(readonly bounds: Bounds = UNBOUNDED) {}

  ask(exchange: Exchange, envelope: Envelope): void {
    const way = exchange.request.direction ?? ANY;
    const keys = Object.values(keysOf(envelope)).map((key) => `${way} ${key}`);
    const waiting: Waiting = { exchange, keys, answered: false };
    for (const key of keys) this.#queue(key).waiting.push(waiting);
    const { device, token } = keysOf(envelope);
    if (this.#asked.size >= this.bounds.asked / 2) {
      this.#askedBefore = this.#asked;
      this.#asked = new Set();
    }
    this.#asked.add(device).add(token);
    this.#open.add(waiting);
    if (this.#open.size <= this.bounds.open) return;
    for (const oldest of this.#open) {
      this.#close(oldest);
      return;
    }
  }

  /** Whether a request of this token and device, of whatever message, still waits for its answer. */
  waits(envelope: Envelope, direction: Direction | null): boolean {
    if (envelope.token === null || envelope.token === 0) return false;
    return this.#queues.get(`${direction ?? ANY} ${keysOf(envelope).pair}`)?.first() !== undefined;
  }

  /**
   * Takes the request that a response answers. A peer that answers with another token (QEMU: 0) or device (OP-TEE: 0) is
   * still understood, and the difference is left to the rules. But a token or device that was asked with before belongs to
   * that request: a duplicate must not settle a newer one and leave the real answer without a question.
   */
  answer(envelope: Envelope, direction: Direction | null): { exchange: Exchange; matched: Matched } | null {
    const keys = keysOf(envelope);
    const take = (matched: Matched, key: string): { exchange: Exchange; matched: Matched } | null => {
      for (const way of waysTo(direction)) {
        const found = this.#queues.get(`${way} ${key}`)?.first();
        if (found === undefined) continue;
        this.#close(found);
        return { exchange: found.exchange, matched };
      }
      return null;
    };
    const exact = take('exact', keys.exact);
    if (exact !== null) return exact;
    const known = (key: string): boolean => this.#asked.has(key) || this.#askedBefore.has(key);
    const knownToken = known(keys.token);
    const knownDevice = known(keys.device);
    if (knownToken && knownDevice) return null;
    if (knownToken) return take('token', keys.token);
    return knownDevice ? take('order', keys.device) : take('order', keys.id);
  }

  /** What is still open stays unanswered: a fresh peer knows nothing of it. */
  forget(): void {
    this.#queues.clear();
    this.#asked.clear();
    this.#askedBefore.clear();
    this.#open.clear();
  }

  /** Nothing answers it any more. A queue that nobody waits in is taken away: there is one for every token. */
  #close(waiting: Waiting): void {
    waiting.answered = true;
    this.#open.delete(waiting);
    for (const key of waiting.keys) if (this.#queues.get(key)?.first() === undefined) this.#queues.delete(key);
  }

  #queue(key: string): Queue {
    let queue = this.#queues.get(key);
    if (queue === undefined) {
      queue = new Queue();
      this.#queues.set(key, queue);
    }
    return queue;
  }
}

const LET_GO = 1024;

/** First in, first out. Nothing is searched or moved: a capture of a million unanswered requests must not take forever. */
class Queue {
  readonly waiting: Waiting[] = [];
  #head = 0;

  first(): Waiting | undefined {
    while (this.waiting[this.#head]?.answered === true) this.#head++;
    // Those that are stepped over are let go of now and then, so that a queue that is never empty stays as short as it is.
    if (this.#head > LET_GO && 2 * this.#head > this.waiting.length) {
      this.waiting.splice(0, this.#head);
      this.#head = 0;
    }
    return this.waiting[this.#head];
  }
}

function keysOf({ class: bits, id, device, token }: Envelope): {
  id: string;
  device: string;
  token: string;
  exact: string;
  pair: string;
} {
  const name = `${bits}.${id}`;
  return {
    id: name,
    device: `${name} device ${device}`,
    token: `${name} token ${token}`,
    exact: `${name} device ${device} token ${token}`,
    pair: `${bits} device ${device} token ${token}`,
  };
}

/** For requests whose direction the capture does not tell. */
const ANY = 'any';

/** PING goes both ways: an answer never travels the way of its question. */
function waysTo(answer: Direction | null): readonly string[] {
  if (answer === null) return [ANY, 'driver->device', 'device->driver'];
  return [answer === 'driver->device' ? 'device->driver' : 'driver->device', ANY];
}
