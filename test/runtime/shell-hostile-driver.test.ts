import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DeviceBus } from '../../runtime/dist/bus/device-bus.js';
import { SharedMemory } from '../../runtime/dist/memory/shared-memory.js';
import type { DialectName } from '../../runtime/dist/wire/dialect.js';
import { DIALECTS } from '../../runtime/dist/wire/dialects.js';
import type { Message } from '../../runtime/dist/wire/message.js';
import { HostileMemory } from './support/hostile-memory.js';
import { atLeast, runs } from './support/properties.js';
import { anyBytes } from './support/shell-arbitrary.js';
import { HandClock } from './support/shell-clock.js';
import { HandMedium } from './support/shell-medium.js';
import { BASE, DIALECT_NAMES, TestDevice } from './support/shell-world.js';

type Action =
  | { readonly do: 'hear'; readonly bytes: Uint8Array }
  | { readonly do: 'live' }
  | { readonly do: 'offer'; readonly head: number; readonly by: number }
  | { readonly do: 'turns' | 'pass' | 'room' | 'scribble' | 'settle'; readonly n: number }
  | { readonly do: 'down' | 'reset' | 'replug' | 'change' | 'fail' };

const actions = (dialect: DialectName): fc.Arbitrary<Action[]> =>
  fc.array(
    fc.oneof(
      { weight: 10, arbitrary: fc.record({ do: fc.constant('hear' as const), bytes: anyBytes(dialect) }) },
      { weight: 3, arbitrary: fc.record({ do: fc.constant('live' as const) }) },
      {
        weight: 4,
        arbitrary: fc.record({ do: fc.constant('offer' as const), head: fc.nat(9), by: fc.constantFrom(1, 1, 2, 9) }),
      },
      {
        weight: 8,
        arbitrary: fc.record({
          do: fc.constantFrom(
            'turns' as const,
            'pass' as const,
            'room' as const,
            'scribble' as const,
            'settle' as const,
          ),
          n: fc.nat(6000),
        }),
      },
      {
        weight: 1,
        arbitrary: fc.record({
          do: fc.constantFrom('down' as const, 'reset' as const, 'replug' as const, 'change' as const, 'fail' as const),
        }),
      },
    ),
    { maxLength: 40 },
  );

/** A driver that does what it likes to a bus with one device. */
class Siege {
  readonly clock = new HandClock();
  medium = new HandMedium();
  readonly bytes = new Uint8Array(new SharedArrayBuffer(0x10000));
  readonly memory: HostileMemory;
  readonly bus: DeviceBus;
  readonly d;
  device: TestDevice;
  asked = 0;
  answered = 0;
  wentLive = 0;
  slow: ((fine: boolean) => void)[] = [];
  #seed = 1;

  constructor(
    readonly dialect: DialectName,
    readonly hostile: boolean,
  ) {
    this.d = DIALECTS[dialect];
    this.memory = new HostileMemory(new SharedMemory([{ base: BASE, bytes: this.bytes }]), () => {
      if (!this.hostile) return;
      this.#seed = (Math.imul(this.#seed, 1103515245) + 12345) >>> 0;
      if (this.#seed % 5 === 0) this.bytes[(this.#seed >>> 8) % 0xc00] = this.#seed >>> 16;
    });
    const { clock, medium, memory } = this;
    this.bus = new DeviceBus({
      medium,
      dialect,
      memory,
      clock,
      watch: (news) => {
        if (news.type === 'device' && news.stage === 'live') this.wentLive++;
      },
    });
    this.device = this.#plug();
  }

  #plug(): TestDevice {
    const later = (): Promise<void> | undefined => {
      this.#seed++;
      if (this.#seed % 3 !== 0) return undefined;
      return new Promise((resolve, reject) => this.slow.push((fine) => (fine ? resolve() : reject(new Error('no')))));
    };
    const device = new TestDevice({ stop: later as () => void, stopQueue: later as () => void });
    const { start } = TestDevice.prototype;
    device.start = (services) => {
      start.call(device, services);
      return later() as undefined;
    };
    this.bus.add(1, device);
    return device;
  }

  say(message: Omit<Message, 'token' | 'device' | 'kind'>): void {
    const out = new Uint8Array(264);
    const whole = { kind: 'request', device: 1, token: this.d.hasToken ? 9 : 0, ...message } as Message;
    this.hear(out.slice(0, this.d.encode(new DataView(out.buffer), 0, whole)));
  }

  hear(bytes: Uint8Array): void {
    const m =
      bytes.length >= this.d.headerSize
        ? this.d.decode(new DataView(bytes.buffer, bytes.byteOffset), 0, bytes.length)
        : null;
    if (m !== null && 'kind' in m && m.kind === 'request') this.asked++;
    this.medium.hear(bytes);
  }

  do(action: Action): void {
    const { clock, bus, device, bytes } = this;
    switch (action.do) {
      case 'hear':
        this.hear(action.bytes);
        return;
      case 'live': {
        for (const status of [0, 1, 3]) this.say({ name: 'SET_DEVICE_STATUS', fields: { status } } as never);
        this.say({ name: 'SET_DRIVER_FEATURES', fields: { block_index: 0, features: [0x3000_0000, 0x101] } } as never);
        this.say({ name: 'SET_DEVICE_STATUS', fields: { status: 11 } } as never);
        const areas = { descriptor_addr: 0x10000n, driver_addr: 0x10400n, device_addr: 0x10800n };
        this.say({ name: 'SET_VQUEUE', fields: { index: 0, size: 8, ...areas, enable: true } } as never);
        this.say({ name: 'SET_DEVICE_STATUS', fields: { status: 15 } } as never);
        bytes.fill(0, 0, 0xc00);
        for (let i = 0; i < 8; i++) bytes.set([0, 0x10 + i, 1, 0, 0, 0, 0, 0, 16, 0, 0, 0, 2], 16 * i);
        return;
      }
      case 'offer': {
        const idx = bytes[0x402]! | (bytes[0x403]! << 8);
        bytes[0x404 + 2 * (idx & 7)] = action.head;
        bytes[0x402] = idx + action.by;
        bytes[0x403] = (idx + action.by) >> 8;
        bus.notify(1);
        return;
      }
      case 'turns':
        for (let i = action.n % 20; i > 0 && clock.turn(); i--);
        return;
      case 'pass': {
        const until = clock.time + action.n;
        while (clock.fire(until));
        clock.time = until;
        return;
      }
      case 'room':
        this.medium.drain(action.n % 12);
        return;
      case 'scribble':
        bytes[action.n % 0xc00] = action.n >> 3;
        return;
      case 'settle':
        this.slow.shift()?.(action.n % 4 !== 0);
        return;
      case 'down':
        this.medium.down();
        this.medium = new HandMedium();
        bus.attach(this.medium);
        return;
      case 'reset':
        void bus.reset();
        return;
      case 'replug':
        bus.remove(1);
        this.device = this.#plug();
        return;
      case 'change':
        device.services?.changeConfig({ offset: 0, data: new Uint8Array([clock.time & 0xff]) });
        return;
      case 'fail':
        device.services?.fail('handler');
    }
  }

  /** What must hold after every action. */
  check(): void {
    for (const bytes of this.medium.taken()) {
      const m = this.d.decode(new DataView(bytes.buffer), 0, bytes.length);
      if (!('kind' in m)) throw new Error(`it sent ${Buffer.from(bytes).toString('hex')}`);
      if (m.kind === 'request') throw new Error(`it asked ${m.name}`);
      if (m.kind === 'response') this.answered++;
    }
    if (this.answered > this.asked) throw new Error(`${this.answered} answers to ${this.asked} requests`);
    if (this.clock.turns.length > 40) throw new Error(`${this.clock.turns.length} turns are waiting`);
    if (this.memory.accesses.outside > 0) throw new Error('it reached beyond the memory');
  }
}

describe.each(DIALECT_NAMES)('a driver of %s that does what it likes', (dialect) => {
  it('harms nobody, even with memory that changes while it is read', async () => {
    let [live, answered, untouched] = [0, 0, 0];
    await fc.assert(
      fc.asyncProperty(actions(dialect), fc.boolean(), async (list, hostile) => {
        const siege = new Siege(dialect, hostile);
        for (const action of list) {
          const before = siege.bus.statusOf(1);
          const { loads, stores } = siege.memory.accesses;
          siege.do(action);
          for (let i = 0; i < 6; i++) await null;
          siege.check();
          if (before !== 0 || siege.bus.statusOf(1) !== 0 || action.do === 'live') continue;
          // A device that is reset, and was, has no business in the memory of the driver.
          const now = siege.memory.accesses;
          if (now.loads + now.stores !== loads + stores) throw new Error('it touched memory while it was reset');
          untouched++;
        }
        // However it was treated, it can be had back.
        siege.medium.drain(Number.POSITIVE_INFINITY);
        for (let round = 0; round < 50; round++) {
          const until = siege.clock.time + 20_000;
          while (siege.clock.turn() || siege.clock.fire(until));
          for (let i = 0; i < 6; i++) await null;
        }
        siege.check();
        const done = siege.answered;
        siege.say({ name: 'SET_DEVICE_STATUS', fields: { status: 0 } } as never);
        for (let round = 0; round < 5; round++) {
          const until = siege.clock.time + 20_000;
          while (siege.clock.turn() || siege.clock.fire(until));
          for (let i = 0; i < 6; i++) await null;
        }
        siege.check();
        if (siege.bus.statusOf(1) !== 0 || siege.answered !== done + 1) throw new Error('it does not reset any more');
        live += siege.wentLive;
        answered += siege.answered;
      }),
      runs(),
    );
    expect(live).toBeGreaterThan(atLeast(400));
    expect(answered).toBeGreaterThan(atLeast(6000));
    expect(untouched).toBeGreaterThan(atLeast(1000));
  });
});
