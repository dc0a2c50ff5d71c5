import { describe, expect, test } from 'vitest';
import { EntropyDevice, type EntropySource } from '../../runtime/dist/devices/entropy/entropy-device.js';
import { EntropyDriver } from '../../runtime/dist/devices/entropy/entropy-driver.js';
import type { Device } from '../../runtime/dist/host/device.js';
import { QueuePort } from '../../runtime/dist/host/queue-port.js';
import { stack } from './support/device-stack.js';
import { features, NEXT, Ring, WRITE } from './support/ring.js';
import { DeviceQueue } from './support/runtime.js';
import { quiet, until } from './support/turns.js';

/** Bytes that go up from 1 and never are 0, over all calls. */
const counting = (): EntropySource => {
  let next = 0;
  return (target) => {
    for (let i = 0; i < target.length; i++) target[i] = (next++ % 255) + 1;
  };
};

/** A source that waits until it is told to go on. */
class SlowSource {
  readonly waiting: { readonly target: Uint8Array; go(error?: Error): void }[] = [];

  readonly fill: EntropySource = (target) =>
    new Promise<void>((resolve, reject) => {
      const go = (error?: Error): void => {
        if (error !== undefined) reject(error);
        else {
          target.fill(0x77);
          resolve();
        }
      };
      this.waiting.push({ target, go });
    });
}

/** A device on one ring that is written by hand. */
class Bench {
  readonly ring = new Ring(8);
  readonly queue = new DeviceQueue(this.ring.memory, this.ring.config, features());
  readonly abort = new AbortController();
  failed: string | null = null;
  readonly port = new QueuePort(
    0,
    this.queue,
    {
      soon: (port) => queueMicrotask(() => port.turn()),
      later: (port) => setImmediate(() => port.turn()),
      used: () => {},
      fault: () => {},
      kick: (port) => {
        try {
          this.device.kick(port);
        } catch {
          this.failed = 'handler';
        }
      },
    },
    256,
  );

  constructor(readonly device: EntropyDevice) {
    this.ring.bytes.fill(0, 0x8000);
    device.start({
      has: () => false,
      port: () => this.port,
      changeConfig: () => {},
      fail: (cause) => {
        this.failed = cause;
      },
      signal: this.abort.signal,
    });
  }

  wake(): Promise<void> {
    this.port.wake();
    return quiet();
  }
}

describe('an entropy device', () => {
  test('is of type 4, with one queue and neither features nor configuration', () => {
    const { id, queues, features: offered, config } = new EntropyDevice() as Device;
    expect([id, queues, offered, config]).toEqual([4, [64], [], undefined]);
    expect(() => new EntropyDevice({ mostBytes: 0 })).toThrow(RangeError);
    expect(() => new EntropyDevice({ mostBytes: 1.5 })).toThrow(RangeError);
  });

  test('fills a buffer, whatever it is cut into, and nothing beside it', async () => {
    const bench = new Bench(new EntropyDevice({ source: counting() }));
    const { ring } = bench;
    ring.desc(0, ring.at(0), 3, NEXT | WRITE, 1).desc(1, ring.at(8), 1, NEXT | WRITE, 2);
    ring
      .desc(2, 0xdead, 0, NEXT | WRITE, 3)
      .desc(3, ring.at(16), 4, WRITE)
      .offer(0);
    await bench.wake();
    expect(ring.used(0)).toEqual([0, 8]);
    expect(ring.hex(0x8000, 24)).toBe(`01020300${'00000000'}04000000${'00000000'}05060708${'00000000'}`);
  });

  test('fills all buffers that are there', async () => {
    const bench = new Bench(new EntropyDevice());
    for (let i = 0; i < 8; i++) bench.ring.desc(i, bench.ring.at(64 * i), 64, WRITE).offer(i);
    await bench.wake();
    expect(bench.ring.usedIdx).toBe(8);
    // 2^-512 is the chance that eight are alike; a source that does nothing leaves zeros.
    const all = new Set(Array.from({ length: 8 }, (_, i) => bench.ring.hex(0x8000 + 64 * i, 64)));
    expect(all.size).toBe(8);
    expect(all.has('00'.repeat(64))).toBe(false);
  });

  test('gives a large buffer less than it takes, and the source no more room than that', async () => {
    const asked: number[] = [];
    const fill = counting();
    const source: EntropySource = (target) => {
      asked.push(target.length);
      return fill(target);
    };
    const bench = new Bench(new EntropyDevice({ source, mostBytes: 100 }));
    bench.ring.desc(0, bench.ring.at(0), 0x7000, WRITE).offer(0);
    await bench.wake();
    expect(bench.ring.used(0)).toEqual([0, 100]);
    expect(asked).toEqual([100]);
    expect(bench.ring.hex(0x8000 + 99, 2)).toBe('6400');
  });

  test('accepts no buffer to be read, and none without room', async () => {
    const bench = new Bench(new EntropyDevice());
    const { ring } = bench;
    ring.desc(0, ring.at(0), 8, NEXT, 1).desc(1, ring.at(8), 8, WRITE);
    ring.desc(2, ring.at(16), 8).desc(3, ring.at(24), 0, WRITE).offer(0, 2, 3);
    await bench.wake();
    expect([0, 1, 2].map((slot) => ring.used(slot))).toEqual([
      [0, 0],
      [2, 0],
      [3, 0],
    ]);
    expect(ring.hex(0x8000, 32)).toBe('00'.repeat(32));
    expect(bench.queue.faultCounts.q_request).toBe(3);
  });

  test('needs a reset where its source fails, at once or in time', async () => {
    const slow = new SlowSource();
    const broken: EntropySource = () => {
      throw new Error('no entropy');
    };
    for (const source of [broken, slow.fill]) {
      const bench = new Bench(new EntropyDevice({ source }));
      bench.ring.desc(0, bench.ring.at(0), 8, WRITE).offer(0);
      await bench.wake();
      slow.waiting[0]?.go(new Error('no entropy'));
      await quiet();
      expect(bench.failed).toBe('handler');
      expect(bench.ring.usedIdx).toBe(0);
    }
  });

  test('asks a slow source for one buffer at a time', async () => {
    const slow = new SlowSource();
    const bench = new Bench(new EntropyDevice({ source: slow.fill }));
    for (let i = 0; i < 3; i++) bench.ring.desc(i, bench.ring.at(8 * i), 8, WRITE).offer(i);
    for (let i = 0; i < 3; i++) {
      await bench.wake();
      expect(slow.waiting.length).toBe(i + 1);
      slow.waiting[i]!.go();
      await quiet();
      expect(bench.ring.usedIdx).toBe(i + 1);
    }
    expect(bench.ring.hex(0x8000, 24)).toBe('77'.repeat(24));
  });

  test('touches no memory once it was reset, and never shares bytes between two lives', async () => {
    const slow = new SlowSource();
    const device = new EntropyDevice({ source: slow.fill });
    const bench = new Bench(device);
    bench.ring.desc(0, bench.ring.at(0), 8, WRITE).offer(0);
    await bench.wake();
    bench.abort.abort();
    bench.port.end();
    let stopped = false;
    const stopping = Promise.resolve(device.stop()).then(() => {
      stopped = true;
    });
    await quiet();
    expect(stopped).toBe(false);
    const next = new Bench(device);
    next.ring.desc(0, next.ring.at(0), 8, WRITE).offer(0);
    await next.wake();
    expect(slow.waiting[1]!.target.buffer).not.toBe(slow.waiting[0]!.target.buffer);
    const before = bench.ring.hex(0, 0x10000);
    slow.waiting[0]!.go();
    await stopping;
    await quiet();
    expect(bench.ring.hex(0, 0x10000) === before).toBe(true);
    expect(next.ring.usedIdx).toBe(0);
    slow.waiting[1]!.go();
    await quiet();
    expect(next.ring.used(0)).toEqual([0, 8]);
  });
});

/** The device and a driver of its own on a bus. */
async function bound(device: Device) {
  const driver = new EntropyDriver();
  return { driver, ...(await stack(device, driver)) };
}

describe('an entropy driver and an entropy device', () => {
  test('read as many bytes as are asked for, in order', async () => {
    const { driver } = await bound(new EntropyDevice({ source: counting() }));
    expect(await driver.read(0)).toEqual(new Uint8Array(0));
    const first = await driver.read(1);
    const more = await driver.read(10000);
    expect(first).toEqual(Uint8Array.of(1));
    expect(more.length).toBe(10000);
    expect(more.findIndex((byte, i) => byte !== ((i + 1) % 255) + 1)).toBe(-1);
  });

  test('go on after short answers', async () => {
    const { driver } = await bound(new EntropyDevice({ source: counting(), mostBytes: 7 }));
    expect([...(await driver.read(20))]).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
  });

  test('serve several readers', async () => {
    const { driver } = await bound(new EntropyDevice());
    const all = await Promise.all(Array.from({ length: 100 }, () => driver.read(32)));
    expect(new Set(all.map((part) => Buffer.from(part).toString('hex'))).size).toBe(100);
  });

  test.each([-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY])('do not read %d bytes', async (bytes) => {
    const { driver } = await bound(new EntropyDevice());
    await expect(driver.read(bytes)).rejects.toMatchObject({ name: 'VirtioError', code: 'range' });
  });

  test('end with the reset what is under way, and go on afterwards', async () => {
    const slow = new SlowSource();
    const { driver, transport } = await bound(new EntropyDevice({ source: slow.fill }));
    const ended = expect(driver.read(8)).rejects.toMatchObject({ code: 'reset' });
    await until(() => slow.waiting.length === 1);
    const again = transport.restart();
    await ended;
    slow.waiting[0]!.go();
    await again;
    const reading = driver.read(2);
    await until(() => slow.waiting.length === 2);
    slow.waiting[1]!.go();
    expect(await reading).toEqual(Uint8Array.of(0x77, 0x77));
  });

  test('give up what the caller gives up', async () => {
    const slow = new SlowSource();
    const { driver } = await bound(new EntropyDevice({ source: slow.fill }));
    const abort = new AbortController();
    const reading = driver.read(8, abort.signal);
    abort.abort();
    await expect(reading).rejects.toMatchObject({ code: 'cancelled' });
  });

  test('do not ask a device for ever that gives nothing', async () => {
    const silent: Device = {
      id: 4,
      features: [],
      queues: [8],
      start() {},
      kick(port) {
        for (let chain = port.next(); chain !== undefined; chain = port.next()) port.complete(chain);
      },
    };
    const { driver } = await bound(silent);
    await expect(driver.read(8)).rejects.toMatchObject({ code: 'rejected' });
  });
});

test('an entropy driver that is bound to nothing says so', async () => {
  await expect(new EntropyDriver().read(1)).rejects.toMatchObject({ code: 'bad_state', outcome: 'none' });
});
