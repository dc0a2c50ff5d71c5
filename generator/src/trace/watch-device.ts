import type { Spelled } from '../interpret/values.js';
import type { Context, Direction, Finding } from '../rules/finding.js';
import { Negotiated } from './negotiated.js';
import { QueueWatch } from './watch-queues.js';

/** A message as rules of a conversation look at it. */
export interface Told {
  readonly message: string;
  readonly kind: string;
  readonly fields: Readonly<Record<string, Spelled>>;
  number(name: string): number | undefined;
  offsetOf(name: string): number;
  /** The header field that says which message it is. */
  readonly id: { readonly name: string; readonly offset: number };
  /** Whether what the text demands of values is judged. */
  readonly constraints: boolean;
}

/** Set by the device, so that a driver that writes without it has not cleared it. */
const NEEDS_RESET = 0x40;

/** Configuration bytes read so far in one go: they belong together only under one generation. */
interface Chunks {
  readonly from: number;
  to: number;
  generation: number;
}

/** One device, as its messages tell about it. */
export class DeviceWatch {
  #status = 0;
  #known: { config_size?: number; max_virtqueues?: number; device_generation?: number } = {};
  #chunks: Chunks | null = null;
  readonly #negotiated = new Negotiated();
  readonly #queues = new QueueWatch(this.#negotiated);
  /** The generation moved within a read: it has to begin anew at this offset. */
  #restart: { readonly offset: number; readonly was: number; readonly is: number } | null = null;

  /** `added`: the bus said just now that the device is there, and before that it was not; nobody has reset it yet. */
  constructor(private added = false) {}

  /** What rules about single messages may ask for. */
  get known(): Context {
    return this.#known;
  }

  hear(told: Told, direction: Direction | null): Finding[] {
    const found: Finding[] = [];
    const add = (finding: Finding | null): void => {
      if (finding !== null) found.push(finding);
    };
    const asked = direction === 'device->driver' ? null : this.#beforeReset(told);
    const queue = this.#queues.hear(told);
    if (told.constraints) found.push(...[asked, queue].filter((f) => f !== null));
    switch (`${told.message} ${told.kind}`) {
      case 'SET_DRIVER_FEATURES request':
        this.#negotiated.write(told);
        break;
      case 'GET_DEVICE_INFO response':
        this.#info(told);
        break;
      case 'SET_DEVICE_STATUS request':
        add(this.#restarted(told));
        add(this.#setStatus(told, direction));
        break;
      case 'GET_DEVICE_STATUS response':
      case 'SET_DEVICE_STATUS response':
        this.#status = told.number('status') ?? this.#status;
        break;
      case 'GET_CONFIG request':
      case 'SET_CONFIG request':
        add(this.#restarted(told));
        break;
      case 'GET_CONFIG response':
        this.#chunk(told);
        break;
      case 'SET_CONFIG response':
      case 'EVENT_CONFIG event':
        this.#generation(told.number('generation'));
        break;
    }
    return found;
  }

  /** R14: of a device that has just come, only GET_DEVICE_INFO is asked before its status. */
  #beforeReset(told: Told): Finding | null {
    if (!this.added || told.kind === 'response') return null;
    if (told.message === 'SET_DEVICE_STATUS') this.added = false;
    if (['GET_DEVICE_INFO', 'GET_DEVICE_STATUS', 'SET_DEVICE_STATUS'].includes(told.message)) return null;
    // Events of the device have to wait as well, but say nothing about the driver.
    if (told.kind === 'event' && told.message !== 'EVENT_AVAIL') return null;
    this.added = false;
    const { name, offset } = told.id;
    const expected = 'GET_DEVICE_INFO, then the status: the device has just been added';
    return { rule: 'before-reset', layer: 'state', field: name, offset, got: told.message, expected, clause: 'R14' };
  }

  #info(told: Told): void {
    const [config_size, max_virtqueues] = [told.number('config_size'), told.number('max_virtqueues')];
    // All zero is the answer for a number without a device (R14): it limits nothing.
    if (told.number('device_id') === 0) return;
    this.#known = {
      ...this.#known,
      ...(config_size === undefined ? {} : { config_size }),
      ...(max_virtqueues === undefined ? {} : { max_virtqueues }),
    };
  }

  /** Bits are only added; 0 resets and takes them all. What the device did not accept was never set. */
  #setStatus(told: Told, direction: Direction | null): Finding | null {
    const got = told.number('status');
    if (got === undefined || direction === 'device->driver') return null;
    const lost = this.#status & ~got & ~NEEDS_RESET & 0xff;
    const before = this.#status;
    // A reset forgets what was read, too.
    if (got === 0) {
      this.#chunks = null;
      this.#negotiated.reset();
      this.#queues.forget();
    }
    this.#status = got;
    if (got === 0 || lost === 0) return null;
    return {
      rule: 'status-back',
      layer: 'state',
      field: 'status',
      offset: told.offsetOf('status'),
      got,
      expected: `0x${before.toString(16)} with more bits, or 0`,
      clause: 'R26; virtio 1.3, 2.1.1',
    };
  }

  #generation(is: number | undefined): void {
    if (is !== undefined) this.#known = { ...this.#known, device_generation: is };
  }

  /** R19: a reader that needs several chunks restarts when the generation changes between them. */
  #chunk(told: Told): void {
    const [offset, length, is] = [told.number('offset'), told.number('length'), told.number('generation')];
    this.#generation(is);
    if (offset === undefined || length === undefined || is === undefined || length === 0) return;
    const chunks = this.#chunks;
    if (chunks === null || chunks.to !== offset) {
      this.#chunks = { from: offset, to: offset + length, generation: is };
      return;
    }
    if (chunks.generation !== is) this.#restart = { offset: chunks.from, was: chunks.generation, is };
    chunks.to = offset + length;
    chunks.generation = is;
  }

  /** What a driver does next after the generation moved within its read: it has to go back to where it began. */
  #restarted(told: Told): Finding | null {
    const restart = this.#restart;
    if (restart === null) return null;
    this.#restart = null;
    const again = told.message === 'GET_CONFIG' && (told.number('offset') ?? 0) <= restart.offset;
    this.#chunks = null;
    if (again) return null;
    return {
      rule: 'generation-ignored',
      layer: 'state',
      field: 'offset',
      offset: told.offsetOf('offset'),
      got: `${told.message}, after generation ${restart.was} became ${restart.is}`,
      expected: `GET_CONFIG from offset ${restart.offset} again`,
      clause: 'R19',
    };
  }
}
