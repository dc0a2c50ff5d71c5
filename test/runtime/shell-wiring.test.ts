import {
  DeviceBus,
  DriverBus,
  loopback,
  type Medium,
  type Receiver,
  type Sent,
  SharedMemory,
} from '@virtio-wire/runtime';
import { describe, expect, it } from 'vitest';
import { DIALECTS } from '../../runtime/dist/wire/dialects.js';
import { BASE, DIALECT_NAMES, TestDevice, TestDriver, World, watch } from './support/shell-world.js';

const memory = new SharedMemory([{ base: BASE, bytes: new Uint8Array(4096) }]);

describe('a device no driver could be told of is refused when it is added, not missed later', () => {
  it.each([
    [{ id: 0 }, 'id of a device is 0, expected 1 to 2^32 - 1'],
    [{ id: 1.5 }, 'id of a device is 1.5'],
    [{ vendor: -1 }, 'vendor of a device is -1, expected 0 to 2^32 - 1'],
    [{ uuid: new Uint8Array(4) }, 'uuid of a device is 4 bytes, expected 16 bytes'],
    [{ features: [0, 1024] }, 'features[1] of a device is 1024, expected a bit number, 0 to 1023'],
    [{ features: [-1] }, 'features[0] of a device is -1'],
    [{ queues: [8, 100] }, 'queues[1] of a device is 100, expected 0 for none, or a power of two up to 32768'],
    [{ queues: [65536] }, 'queues[0] of a device is 65536'],
    [{ queues: new Array(65537).fill(0) }, 'queues of a device is 65537, expected at most 65536'],
    [{ config: new Uint8Array(65537) }, 'config of a device is 65537 bytes, expected at most 65536 bytes'],
    [
      { writable: [{ offset: 12, length: 8 }] },
      'writable[0] of a device is 8 bytes at 12, expected within the 16 bytes',
    ],
  ])('%o', (member, says) => {
    const bus = new DeviceBus({ medium: loopback().ends[0], dialect: 'v1-2026', memory });
    expect(() => bus.add(1, Object.assign(new TestDevice(), member))).toThrow(says);
    expect(bus.devices).toEqual([]);
    bus.add(
      1,
      Object.assign(new TestDevice({ queues: [0, 1, 32768] }), { uuid: new Uint8Array(16), features: [1023] }),
    );
    bus.close();
  });
});

describe.each(DIALECT_NAMES)('a medium of %s', (dialect) => {
  it('that carries less than the dialect needs is refused by both sides', async () => {
    const maxMessage = DIALECTS[dialect].minMessage - 1;
    const { ends } = loopback({ maxMessage });
    expect(() => new DeviceBus({ medium: ends[1], dialect, memory })).toThrow(RangeError);
    const opening = DriverBus.open({ medium: ends[0], dialect, memory: { memory, base: BASE, length: 4096 } });
    await expect(opening).rejects.toMatchObject({
      code: 'revision',
      message: expect.stringContaining(`${maxMessage}`),
    });
  });
});

/** What the interface forbids and is written all the same: it calls the receiver of the other end from within `send`. */
class AtOnce implements Medium {
  readonly maxMessage = 264;
  peer!: AtOnce;
  #receiver: Receiver | null = null;
  readonly #early: Uint8Array[] = [];
  #sent = 0;

  receive(receiver: Receiver): void {
    this.#receiver = receiver;
    for (const bytes of this.#early.splice(0)) receiver.message(bytes);
  }

  send(bytes: Uint8Array): Sent {
    // Has room again before it says that it has none.
    if (++this.#sent % 3 === 0) {
      this.#receiver?.writable();
      return 'full';
    }
    // A Buffer, as sockets hand over, which holds something else as soon as the call is over.
    const lent = Buffer.from(bytes);
    if (this.peer.#receiver === null) this.peer.#early.push(lent);
    else {
      this.peer.#receiver.message(lent);
      lent.fill(0xff);
    }
    return 'sent';
  }

  close(): void {
    this.peer.#receiver?.down({ code: 'bus_down', message: 'closed' });
  }
}

describe.each(DIALECT_NAMES)('a medium of %s', (dialect) => {
  it('that calls its receiver from within is survived', async () => {
    const [one, other] = [new AtOnce(), new AtOnce()] as const;
    one.peer = other;
    other.peer = one;
    const bytes = new Uint8Array(1 << 16);
    const all = new SharedMemory([{ base: BASE, bytes }]);
    const devices = new DeviceBus({ medium: other, dialect, memory: all });
    devices.add(1, new TestDevice());
    const place = { memory: all, base: BASE, length: bytes.length };
    const bus = await DriverBus.open({ medium: one, dialect, memory: place });
    const driver = new TestDriver();
    const transport = await bus.bind(1, driver);
    expect((await driver.ask()).written).toBe(8);
    await transport.resetQueue(0);
    await transport.restart();
    expect((await driver.ask()).written).toBe(8);
    await bus.close();
    // The device was listed and is announced behind that, once.
    expect([bus.counters.all(), devices.counters.all()]).toEqual([{ duplicate: 1 }, {}]);
    expect([bus.state, devices.statusOf(1)]).toEqual(['down', 0]);
  });
});

describe('a driver', () => {
  it.each([
    { index: 0, size: Number.NaN },
    { index: 0, size: 0 },
    { index: -1, size: 8 },
  ])('that wants %o is not bound, and harms nobody', async (wanted) => {
    const world = new World();
    world.devices.add(1, new TestDevice());
    const bus = await world.open();
    const binding = watch(bus.bind(1, new TestDriver({ queues: () => [wanted] })));
    await world.quiet();
    expect(binding.state).toBe('bad_value');
    const next = new TestDriver();
    await world.until(bus.bind(1, next));
    expect((await world.until(next.ask())).written).toBe(8);
  });

  it.each([
    { base: BASE, length: 4097 },
    { base: BASE - 64, length: 128 },
    { base: 0x20000, length: 64 },
  ])('is not given memory that is not there: %o', async (place) => {
    const medium = loopback().ends[0];
    await expect(DriverBus.open({ medium, dialect: 'rfc3', memory: { memory, ...place } })).rejects.toThrow(RangeError);
  });
});
