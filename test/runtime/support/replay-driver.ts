import {
  type Driver,
  DriverBus,
  type DriverBusNews,
  type DriverBusOptions,
  type DriverServices,
  type DriverTransport,
  VirtioError,
} from '../../../runtime/dist/index.js';
import { ReplayClock } from './replay-clock.js';
import { CapturedPeer, type PeerOptions } from './replay-peer.js';
import { memoryAround, ROOM } from './replay-ring.js';

/** A driver that does what the captured one did: its queues, its reads of the configuration, its buffers. */
export class CapturedDriver implements Driver {
  readonly id: number;
  readonly features: readonly number[];
  readonly #queues: readonly number[];
  readonly #reads: readonly (readonly [offset: number, length: number])[];
  /** What was read, by offset, as it was the last time. */
  readonly config = new Map<number, string>();
  services: DriverServices | null = null;
  lives = 0;
  changes = 0;

  constructor(is: {
    id: number;
    features?: readonly number[];
    queues: readonly number[];
    reads?: readonly (readonly [number, number])[];
  }) {
    this.id = is.id;
    this.features = is.features ?? [];
    this.#queues = is.queues;
    this.#reads = is.reads ?? [];
  }

  queues() {
    return this.#queues.map((size, index) => ({ index, size }));
  }

  async live(services: DriverServices): Promise<void> {
    this.lives++;
    this.services = services;
    await this.read();
  }

  async read(): Promise<void> {
    for (const [offset, length] of this.#reads) {
      const bytes = await this.services!.readConfig(offset, length);
      this.config.set(offset, Buffer.from(bytes).toString('hex'));
    }
  }

  configChanged(): void {
    this.changes++;
  }
}

export interface OpenOptions
  extends Pick<PeerOptions, 'dialect' | 'exchanges' | 'elsewhere' | 'maxMessage'>,
    Pick<DriverBusOptions, 'quirks' | 'widestWindow' | 'pings' | 'devices' | 'ringFeatures'> {}

/** Longest that anything may take, in milliseconds of the clock. */
const PATIENCE = 60_000;

/** A driver bus on a captured peer. */
export class DriverReplay {
  readonly clock = new ReplayClock();
  readonly peer: CapturedPeer;
  readonly news: DriverBusNews[] = [];
  bus: DriverBus | null = null;
  readonly #options: DriverBusOptions;

  constructor(options: OpenOptions) {
    const { dialect, exchanges, elsewhere, maxMessage, ...rest } = options;
    const { memory, base } = memoryAround(0x200000n);
    const { clock } = this;
    this.peer = new CapturedPeer({ dialect, exchanges, elsewhere, maxMessage, memory, clock });
    this.#options = {
      ...rest,
      dialect: dialect.name,
      medium: this.peer.medium,
      memory: { memory, base, length: ROOM },
      clock,
      watch: (news) => this.news.push(news),
    };
  }

  /** Lets time pass until a promise is settled: what it is settled with, or the code it is rejected with. */
  async outcome<T>(promise: Promise<T>): Promise<T | string> {
    let result: { readonly value: T | string } | null = null;
    promise.then(
      (value) => {
        result = { value };
      },
      (reason) => {
        result = { value: reason instanceof VirtioError ? reason.code : String(reason) };
      },
    );
    for (let passed = 0; passed < PATIENCE; passed += 50) {
      await this.clock.pass(passed === 0 ? 0 : 50);
      if (result !== null) return (result as { readonly value: T | string }).value;
    }
    return 'nothing';
  }

  async open(): Promise<DriverBus | string> {
    const opened = await this.outcome(DriverBus.open(this.#options));
    if (typeof opened !== 'string') this.bus = opened;
    return opened;
  }

  async bind(number: number, driver: Driver): Promise<DriverTransport | string> {
    return this.outcome(this.bus!.bind(number, driver));
  }
}
