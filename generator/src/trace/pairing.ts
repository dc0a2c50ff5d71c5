import type { Direction } from '../rules/finding.js';
import type { Exchange, Matched } from './conversation.js';
import type { Envelope } from './envelope.js';

interface Waiting {
  readonly exchange: Exchange;
  answered: boolean;
}

/** Requests that wait for their answer. */
export class Waitlist {
  /** Every request stands in one queue per way of looking for it; an answered one is stepped over in the others. */
  readonly #queues = new Map<string, Queue>();
  /** Tokens and devices that were ever asked with, by class and id. */
  readonly #asked = new Set<string>();

  ask(exchange: Exchange, envelope: Envelope): void {
    const waiting: Waiting = { exchange, answered: false };
    const way = exchange.request.direction ?? ANY;
    for (const key of Object.values(keysOf(envelope))) this.#queue(`${way} ${key}`).waiting.push(waiting);
    const { device, token } = keysOf(envelope);
    this.#asked.add(device).add(token);
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
        const found = this.#queues.get(`${way} ${key}`)?.take();
        if (found !== undefined) return { exchange: found.exchange, matched };
      }
      return null;
    };
    const exact = take('exact', keys.exact);
    if (exact !== null) return exact;
    const knownToken = this.#asked.has(keys.token);
    const knownDevice = this.#asked.has(keys.device);
    if (knownToken && knownDevice) return null;
    if (knownToken) return take('token', keys.token);
    return knownDevice ? take('order', keys.device) : take('order', keys.id);
  }

  /** What is still open stays unanswered: a fresh peer knows nothing of it. */
  forget(): void {
    this.#queues.clear();
    this.#asked.clear();
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

/** First in, first out. Nothing is searched or moved: a capture of a million unanswered requests must not take forever. */
class Queue {
  readonly waiting: Waiting[] = [];
  #head = 0;

  first(): Waiting | undefined {
    while (this.waiting[this.#head]?.answered === true) this.#head++;
    return this.waiting[this.#head];
  }

  take(): Waiting | undefined {
    const found = this.first();
    if (found !== undefined) found.answered = true;
    return found;
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
