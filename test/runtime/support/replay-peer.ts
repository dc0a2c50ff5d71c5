import {
  type Clock,
  DeviceQueue,
  type Dialect,
  type GuestMemory,
  type Message,
  queueFeatures,
  type TransportMessage,
} from '../../../runtime/dist/index.js';
import { bytesOf, described, encoded, hexOf, messageOf, readOf } from './replay-capture.js';
import { ReplayMedium } from './replay-medium.js';
import { configOf } from './replay-ring.js';

/** A request of a capture and the frames that came back; `dies`: the peer ended on it. */
export interface Exchange {
  readonly said: string;
  readonly answers: readonly string[];
  readonly dies?: boolean;
}

export interface PeerOptions {
  readonly dialect: Dialect;
  readonly maxMessage: number;
  readonly exchanges: readonly Exchange[];
  /** What the same peer answered elsewhere, for what is not in `exchanges`. */
  readonly elsewhere?: readonly Exchange[];
  readonly memory: GuestMemory;
  readonly clock: Clock;
}

type Request = Extract<Message, { kind: 'request' }>;
type Setup = Extract<TransportMessage, { name: 'SET_VQUEUE'; kind: 'request' }>['fields'];

/** Requests that change what others are answered. */
const CHANGES = ['SET_DEVICE_STATUS', 'SET_DRIVER_FEATURES', 'SET_VQUEUE', 'RESET_VQUEUE', 'SET_CONFIG'];
/** What a driver is free to choose, and the peer to echo. */
const FREE = ['descriptor_addr', 'driver_addr', 'device_addr', 'data', 'generation'];

const plain = (_key: string, value: unknown): unknown =>
  typeof value === 'bigint' ? `${value}` : value instanceof Uint8Array ? hexOf(value) : value;

/** Requests with one key get one answer. */
function keyOf(message: Message): string {
  const fields = Object.entries(message.fields).filter(([name]) => !FREE.includes(name));
  return JSON.stringify([message.name, message.device, Object.fromEntries(fields)], plain);
}

/**
 * A captured device side, as far as its capture goes: a request gets the answer the captured one got in the same place, with
 * what a peer echoes put in anew: token, value of a PING, addresses of a queue. What is in no capture is met with silence.
 */
export class CapturedPeer {
  readonly medium: ReplayMedium;
  /** Requests that came, with what they ask for. */
  readonly asked: string[] = [];
  /** Requests no capture has an answer to. */
  readonly unknown: string[] = [];
  /** Answers that tell of a queue more than the capture does: what was set. */
  readonly supplied: string[] = [];
  /** Notifications that came. */
  kicks = 0;
  dead = false;
  readonly #options: PeerOptions;
  readonly #exchanges: readonly (Exchange & { readonly message: Message; readonly key: string })[];
  readonly #elsewhere: readonly (Exchange & { readonly message: Message; readonly key: string })[];
  readonly #setups = new Map<number, Setup>();
  readonly #rings = new Map<number, DeviceQueue>();
  #features: readonly number[] = [];
  /** The last exchange of the capture that changed something, and was repeated. */
  #anchor = 0;
  /** The EVENT_CONFIG of the capture that were sent. */
  #configEvents = 0;

  constructor(options: PeerOptions) {
    this.#options = options;
    const read = (exchange: Exchange) => {
      const message = messageOf(options.dialect, exchange.said);
      return { ...exchange, message, key: keyOf(message) };
    };
    this.#exchanges = options.exchanges.map(read);
    this.#elsewhere = (options.elsewhere ?? []).map(read);
    this.medium = new ReplayMedium(options.maxMessage, (frame) => this.#hear(frame));
  }

  /** Sends the next EVENT_CONFIG of the capture; false where there is none left. */
  changeConfig(): boolean {
    const at = this.#eventsAt('EVENT_CONFIG')[this.#configEvents];
    if (at === undefined) return false;
    this.#configEvents++;
    this.#anchor = at.exchange;
    this.#say(at.hex);
    return true;
  }

  /** How many notifications of a kind the capture has. */
  count(name: 'EVENT_USED' | 'EVENT_CONFIG'): number {
    return this.#eventsAt(name).length;
  }

  #eventsAt(name: string): { exchange: number; hex: string }[] {
    return this.#exchanges.flatMap(({ answers }, exchange) =>
      answers.filter((hex) => readOf(this.#options.dialect, hex)?.name === name).map((hex) => ({ exchange, hex })),
    );
  }

  #hear(frame: Uint8Array): void {
    const message = messageOf(this.#options.dialect, hexOf(frame));
    if (this.dead) return;
    if (message.kind === 'request') this.#answer(message);
    else if (message.name === 'EVENT_AVAIL') this.#kicked(message.fields.vq_index);
  }

  #answer(request: Request): void {
    this.asked.push(described(request));
    const exchange = this.#find(keyOf(request), request.name);
    if (exchange === undefined) this.unknown.push(described(request));
    if (exchange?.dies) this.dead = true;
    if (exchange === undefined || exchange.dies) return;
    this.#remember(request);
    const answer = exchange.answers[0];
    if (answer === undefined) return;
    const read = readOf(this.#options.dialect, answer);
    this.#say(read === null ? answer : this.#echo(read, answer, request, exchange.message));
  }

  /** The exchange in the same place: behind the last change if there is one, else the last before it. */
  #find(key: string, name: string) {
    const end = this.#eventsAt('EVENT_CONFIG')[this.#configEvents]?.exchange ?? this.#exchanges.length;
    const behind = this.#exchanges.findIndex((e, i) => i >= this.#anchor && i <= end && e.key === key);
    const at = behind !== -1 ? behind : this.#exchanges.findLastIndex((e, i) => i < this.#anchor && e.key === key);
    if (at === -1) return this.#elsewhere.find((e) => e.key === key);
    if (CHANGES.includes(name)) this.#anchor = at + 1;
    return this.#exchanges[at];
  }

  #remember(request: Request): void {
    if (request.name === 'SET_DRIVER_FEATURES') this.#features = request.fields.features;
    else if (request.name === 'SET_VQUEUE') this.#setups.set(request.fields.index, request.fields);
    else if (request.name === 'RESET_VQUEUE') {
      this.#setups.delete(request.fields.index);
      this.#rings.delete(request.fields.index);
    } else if (request.name === 'SET_DEVICE_STATUS' && request.fields.status === 0) {
      this.#setups.clear();
      this.#rings.clear();
    }
  }

  /** The captured answer with this driver's token, value and addresses where it had the captured driver's. */
  #echo(answer: Message, hex: string, request: Request, captured: Message): string {
    const { dialect } = this.#options;
    let echoed: Message = { ...answer, token: answer.token === captured.token ? request.token : answer.token };
    if (echoed.name === 'PING' && request.name === 'PING') echoed = { ...echoed, fields: request.fields };
    if (echoed.name === 'SET_CONFIG' && request.name === 'SET_CONFIG')
      echoed = { ...echoed, fields: { ...echoed.fields, data: request.fields.data } } as Message;
    if (echoed.name === 'GET_VQUEUE' && echoed.kind === 'response') {
      const setup = this.#setups.get(echoed.fields.index);
      if (setup !== undefined) {
        if (echoed.fields.descriptor_addr === 0n) this.supplied.push(described(request));
        const { size, descriptor_addr, driver_addr, device_addr } = setup;
        const fields = { ...echoed.fields, cur_size: size, descriptor_addr, driver_addr, device_addr };
        echoed = { ...echoed, fields };
      }
    }
    // Bytes the dialect would not write, as QEMU has behind its bitmap, stay as they are.
    const written = encoded(dialect, echoed);
    return written.length === hex.length ? written : withToken(hex, echoed.token);
  }

  #kicked(index: number): void {
    this.kicks++;
    const setup = this.#setups.get(index);
    if (setup === undefined) return;
    const event = this.#eventsAt('EVENT_USED')[0]?.hex;
    // Where no buffer was used in the capture, none is used here.
    if (event !== undefined && this.#useBuffers(index, setup)) this.#say(event);
    // A bus of calls answers everything.
    const answer = this.#exchanges.find((e) => e.message.name === 'EVENT_AVAIL')?.answers[0];
    if (answer !== undefined && readOf(this.#options.dialect, answer) === null) this.#say(answer);
  }

  /** Uses every buffer there is; whether the driver wants to be told. */
  #useBuffers(index: number, setup: Setup): boolean {
    const { memory } = this.#options;
    const ring = this.#rings.get(index) ?? new DeviceQueue(memory, configOf(setup), queueFeatures(this.#features));
    this.#rings.set(index, ring);
    while (ring.poll() > 0)
      for (let chain = ring.pop(); chain !== undefined; chain = ring.pop()) {
        chain.write(0, new Uint8Array(chain.writableLength).fill(0x5a));
        ring.complete(chain);
      }
    return ring.notifyWanted();
  }

  #say(hex: string): void {
    this.#options.clock.soon(() => this.medium.say(bytesOf(hex)));
  }
}

/** A frame of a dialect with tokens, with another one. */
function withToken(hex: string, token: number): string {
  const bytes = bytesOf(hex);
  new DataView(bytes.buffer).setUint16(4, token, true);
  return hexOf(bytes);
}
