import { open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { DeviceBus } from '../../runtime/dist/bus/device-bus.js';
import { DriverBus } from '../../runtime/dist/bus/driver-bus.js';
import { BlockDevice } from '../../runtime/dist/devices/block/block-device.js';
import { BlockDriver, type BlockDriverOptions } from '../../runtime/dist/devices/block/block-driver.js';
import type { BlockDeviceOptions } from '../../runtime/dist/devices/block/device-options.js';
import { FileStore } from '../../runtime/dist/devices/block/file-store.js';
import { MemoryStore } from '../../runtime/dist/devices/block/memory-store.js';
import type { BlockStore } from '../../runtime/dist/devices/block/store.js';
import type { DriverServices } from '../../runtime/dist/driver/driver.js';
import type { DriverPort } from '../../runtime/dist/driver/driver-port.js';
import type { ConfigPatch, Device } from '../../runtime/dist/host/device.js';
import { QueuePort } from '../../runtime/dist/host/queue-port.js';
import { loopback } from '../../runtime/dist/medium/loopback.js';
import { runs } from './support/properties.js';
import { features, NEXT, Ring, WRITE } from './support/ring.js';
import { type Address, DeviceQueue, type GuestMemory, SharedMemory } from './support/runtime.js';

// Numbers of Virtio 1.3, 5.2, written here once more and not taken from the code under test.
const F = {
  SIZE_MAX: 1,
  SEG_MAX: 2,
  RO: 5,
  BLK_SIZE: 6,
  FLUSH: 9,
  TOPOLOGY: 10,
  WCE: 11,
  MQ: 12,
  DISCARD: 13,
  ZEROES: 14,
};
const [IN, OUT, FLUSH, GET_ID, DISCARD, WRITE_ZEROES] = [0, 1, 4, 8, 11, 13];
const [OK, IOERR, UNSUPP] = [0, 1, 2];

const header = (type: number, sector: number | bigint = 0): Uint8Array => {
  const view = new DataView(new ArrayBuffer(16));
  view.setUint32(0, type, true);
  view.setBigUint64(8, BigInt(sector), true);
  return new Uint8Array(view.buffer);
};

const range = (sector: number | bigint, sectors: number, flags = 0): Uint8Array => {
  const view = new DataView(new ArrayBuffer(16));
  view.setBigUint64(0, BigInt(sector), true);
  view.setUint32(8, sectors, true);
  view.setUint32(12, flags, true);
  return new Uint8Array(view.buffer);
};

const bytes = (length: number, seed = 1): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => (i * 7 + (i >> 8) * 13 + seed) & 0xff);

const sector = (...fills: number[]): Uint8Array => {
  const all = new Uint8Array(512 * fills.length);
  for (const [i, fill] of fills.entries()) all.fill(fill, 512 * i, 512 * (i + 1));
  return all;
};

const joined = (...parts: Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts));

/** toEqual looks at every byte by itself, which takes seconds for a disk. */
const expectSame = (got: Uint8Array, expected: Uint8Array): void => {
  expect(got.length).toBe(expected.length);
  const at = got.findIndex((byte, i) => byte !== expected[i]);
  expect(at, `byte ${at}`).toBe(-1);
};

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await turn();
}

async function quiet(): Promise<void> {
  for (let i = 0; i < 20; i++) await turn();
}

/** A disk of sectors filled with their own numbers, counted from 1. */
const numbered = (sectors: number): MemoryStore =>
  new MemoryStore(sector(...Array.from({ length: sectors }, (_, i) => i + 1)));

/** A store whose every step waits until the test lets it go, and which tells what it was asked. */
class SlowStore implements BlockStore {
  readonly log: string[] = [];
  readonly waiting: { readonly what: string; go(error?: Error): void }[] = [];

  constructor(readonly inner: BlockStore) {}

  get sectors(): number {
    return this.inner.sectors;
  }

  read(at: number, target: Uint8Array): Promise<void> {
    return this.#wait(`read ${at}+${target.length / 512}`, () => this.inner.read(at, target));
  }

  write(at: number, source: Uint8Array): Promise<void> {
    return this.#wait(`write ${at}+${source.length / 512}`, () => this.inner.write(at, source));
  }

  flush(): Promise<void> {
    return this.#wait('flush', () => {});
  }

  discard(at: number, sectors: number): Promise<void> {
    return this.#wait(`discard ${at}+${sectors}`, () => this.inner.discard?.(at, sectors));
  }

  #wait(what: string, run: () => void | Promise<void>): Promise<void> {
    this.log.push(what);
    return new Promise((resolve, reject) => {
      this.waiting.push({
        what,
        go: (error) => {
          if (error !== undefined) reject(error);
          else {
            run();
            resolve();
          }
        },
      });
    });
  }
}

/** Counts how often each byte of the buffers is read. */
class CountingMemory implements GuestMemory {
  readonly reads = new Map<number, number>();

  constructor(
    readonly inner: GuestMemory,
    readonly from: number,
  ) {}

  readable = (address: Address, length: number): boolean => this.inner.readable(address, length);
  writable = (address: Address, length: number): boolean => this.inner.writable(address, length);
  write = (address: Address, source: Uint8Array): boolean => this.inner.write(address, source);
  load16 = (address: Address): number => this.inner.load16(address);
  store16 = (address: Address, value: number): boolean => this.inner.store16(address, value);

  read(address: Address, target: Uint8Array): boolean {
    for (let i = Number(address); i < Number(address) + target.length; i++)
      if (i >= this.from) this.reads.set(i, (this.reads.get(i) ?? 0) + 1);
    return this.inner.read(address, target);
  }
}

/** What Virtio 1.3, 5.2.6 says a request does with a disk, and what is in the writable part afterwards. */
function carriedOut(disk: Uint8Array, type: number, at: bigint, data: Uint8Array, room: number): Uint8Array {
  const answer = new Uint8Array(room);
  if (room === 0) return answer;
  const capacity = BigInt(disk.length / 512);
  const end = (status: number): Uint8Array => {
    answer[room - 1] = status;
    return answer;
  };
  const inside = (from: bigint, length: number): boolean =>
    length % 512 === 0 && from + BigInt(length / 512) <= capacity;
  switch (type) {
    case IN:
      if (!inside(at, room - 1)) return end(IOERR);
      answer.set(disk.subarray(Number(at) * 512, Number(at) * 512 + room - 1));
      return end(OK);
    case OUT:
      if (!inside(at, data.length)) return end(IOERR);
      disk.set(data, Number(at) * 512);
      return end(OK);
    case FLUSH:
      return end(OK);
    case GET_ID:
      if (room !== 21) return end(IOERR);
      answer[0] = 'x'.charCodeAt(0);
      return end(OK);
    case DISCARD:
    case WRITE_ZEROES: {
      // 4 segments of 8192 sectors is what the configuration says.
      if (data.length === 0 || data.length % 16 !== 0 || data.length > 4 * 16) return end(IOERR);
      const view = new DataView(data.buffer, data.byteOffset);
      const segments = Array.from({ length: data.length / 16 }, (_, i) => ({
        from: view.getBigUint64(16 * i, true),
        count: view.getUint32(16 * i + 8, true),
        flags: view.getUint32(16 * i + 12, true),
      }));
      const allowed = type === DISCARD ? [0] : [0, 1];
      if (!segments.every(({ flags }) => allowed.includes(flags))) return end(UNSUPP);
      if (!segments.every(({ from, count }) => count <= 8192 && inside(from, 512 * count))) return end(IOERR);
      for (const { from, count } of segments) disk.fill(0, Number(from) * 512, (Number(from) + count) * 512);
      return end(OK);
    }
    default:
      return end(UNSUPP);
  }
}

interface Answer {
  /** The used length. */
  readonly length: number;
  /** The whole writable part; what the device left alone is 0xee. */
  readonly bytes: Uint8Array;
  /** Its last byte. */
  readonly status: number | undefined;
}

/** A device on one ring that is written by hand. */
class Bench {
  readonly ring = new Ring(32);
  readonly memory = new CountingMemory(this.ring.memory, this.ring.at(0));
  readonly queue = new DeviceQueue(this.memory, this.ring.config, features());
  readonly device: BlockDevice;
  readonly patches: ConfigPatch[] = [];
  readonly abort = new AbortController();
  failed: string | null = null;
  readonly port: QueuePort;
  #next = 0;
  #room = 0;

  constructor(options: BlockDeviceOptions | BlockDevice, negotiated?: readonly number[]) {
    this.device = options instanceof BlockDevice ? options : new BlockDevice(options);
    const chosen = negotiated ?? this.device.features;
    this.port = new QueuePort(
      0,
      this.queue,
      {
        soon: (port) => queueMicrotask(() => port.turn()),
        later: (port) => setImmediate(() => port.turn()),
        used: () => {},
        fault: (_port, fault) => {
          this.failed = fault.code;
        },
        kick: (port) => this.device.kick(port),
      },
      256,
    );
    this.device.start({
      has: (bit) => chosen.includes(bit),
      port: () => this.port,
      changeConfig: (...patches) => this.patches.push(...patches),
      fail: (cause) => {
        this.failed = cause;
      },
      signal: this.abort.signal,
    });
  }

  /** Offers a chain without waiting; `writable` is cut into pieces of these lengths. */
  offer(readable: readonly Uint8Array[], writable: readonly number[]): () => Answer {
    const lengths = [...readable.map((part) => part.length), ...writable];
    const head = this.#next;
    const places: [at: number, length: number][] = [];
    lengths.forEach((length, i) => {
      const out = i >= readable.length;
      const at = 0x8000 + this.#room;
      this.#room += length;
      this.ring.bytes.set(out ? new Uint8Array(length).fill(0xee) : readable[i]!, at);
      if (out) places.push([at, length]);
      const more = i + 1 < lengths.length ? NEXT : 0;
      this.ring.desc(head + i, this.ring.base + at, length, more | (out ? WRITE : 0), head + i + 1);
    });
    this.#next += lengths.length;
    this.ring.offer(head);
    return () => {
      const all = joined(...places.map(([at, length]) => this.ring.bytes.slice(at, at + length)));
      const element = [...Array(this.ring.usedIdx).keys()].map((i) => this.ring.used(i)).find(([id]) => id === head);
      return { length: element?.[1] ?? -1, bytes: all, status: all.at(-1) };
    };
  }

  /** One request, carried out. The ring is written from its beginning again where it would be full. */
  async ask(readable: readonly Uint8Array[], writable: readonly number[] = [1]): Promise<Answer> {
    if (this.#next + readable.length + writable.length > this.ring.size || this.ring.availIdx % 32 > 30)
      throw new Error('too many requests for one bench');
    const answer = this.offer(readable, writable);
    const before = this.ring.usedIdx;
    this.port.wake();
    await until(() => this.ring.usedIdx !== before);
    return answer();
  }
}

describe('a block device', () => {
  test('tells its disk as the layout of the configuration says', () => {
    const { config, features: offered } = new BlockDevice({
      store: numbered(3),
      queues: 4,
      queueSize: 64,
      blockSize: 4096,
      sizeMax: 0x1000,
      topology: { physicalBlockExp: 3, alignmentOffset: 1, minIoSize: 8, optIoSize: 0x100 },
      writeback: true,
    });
    expect(Buffer.from(config).toString('hex').match(/.{8}/g)).toEqual([
      ...['03000000', '00000000'], // capacity
      ...['00100000', '3e000000'], // size_max, seg_max: 64 less header and status
      '00000000', // geometry
      '00100000', // blk_size
      ...['03010800', '00010000'], // topology
      '01000400', // writeback, unused, num_queues
      ...['00200000', '04000000', '01000000'], // discard
      ...['00200000', '04000000', '00000000'], // write zeroes, may_unmap, unused
    ]);
    expect([...offered].sort((a, b) => a - b)).toEqual(Object.values(F).filter((bit) => bit !== F.RO));
  });

  test('leaves the fields of features that are not offered zero', () => {
    const { config, features: offered, writable } = new BlockDevice({ store: numbered(1), readOnly: true });
    expect([...offered].sort((a, b) => a - b)).toEqual([F.SEG_MAX, F.RO, F.BLK_SIZE, F.FLUSH]);
    expect([...config.subarray(24)]).toEqual(new Array(36).fill(0));
    expect(writable).toEqual([]);
  });

  test('always has FLUSH where the driver may change the cache', () => {
    for (const readOnly of [true, false]) {
      const offered = new BlockDevice({ store: numbered(1), readOnly }).features;
      expect(offered).toContain(F.FLUSH);
    }
  });

  test.each([
    [{ queues: 0 }],
    [{ id: 'a name of more than 20' }],
    [{ id: 'ä' }],
    [{ blockSize: 1000 }],
    [{ blockSize: 256 }],
  ])('is not made of %j', (options) => {
    expect(() => new BlockDevice({ store: numbered(1), ...options })).toThrow(RangeError);
  });

  test('reads, and says so in the last writable byte', async () => {
    const bench = new Bench({ store: numbered(4) });
    expect(await bench.ask([header(IN, 1)], [1024, 1])).toEqual({
      length: 1025,
      bytes: joined(sector(2, 3), Uint8Array.of(OK)),
      status: OK,
    });
  });

  test('writes', async () => {
    const store = numbered(4);
    const { length, status } = await new Bench({ store }).ask([header(OUT, 2), sector(0xaa)]);
    expect([length, status]).toEqual([1, OK]);
    const all = new Uint8Array(2048);
    store.read(0, all);
    expect(all).toEqual(sector(1, 2, 0xaa, 4));
  });

  test('assumes nothing about where descriptors begin and end', async () => {
    const whole = joined(header(OUT, 1), sector(7, 8));
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: whole.length }), { maxLength: 5 }),
        fc.array(fc.integer({ min: 0, max: 1025 }), { maxLength: 5 }),
        async (cutsOut, cutsIn) => {
          const bench = new Bench({ store: numbered(4) });
          const at = (cuts: number[], end: number) => [0, ...cuts.sort((a, b) => a - b), end];
          const out = at(cutsOut, whole.length);
          const written = await bench.ask(out.slice(1).map((end, i) => whole.subarray(out[i], end)));
          expect(written.status).toBe(OK);
          const back = at(cutsIn, 1025);
          const read = await bench.ask(
            [header(IN, 1).subarray(0, 5), header(IN, 1).subarray(5)],
            back.slice(1).map((end, i) => end - back[i]!),
          );
          expect(read).toEqual({ length: 1025, bytes: joined(sector(7, 8), Uint8Array.of(OK)), status: OK });
        },
      ),
      runs(),
    );
  });

  test('takes the status of a read from the same descriptor as the data', async () => {
    const { bytes: all, length } = await new Bench({ store: numbered(2) }).ask([header(IN, 0)], [513]);
    expect([all, length]).toEqual([joined(sector(1), Uint8Array.of(OK)), 513]);
  });

  test('reads nothing where there is no room for data', async () => {
    const bench = new Bench({ store: numbered(2) });
    expect(await bench.ask([header(IN, 0)])).toMatchObject({ length: 1, status: OK });
    expect(await bench.ask([header(OUT, 0)])).toMatchObject({ length: 1, status: OK });
    expect(await bench.ask([header(OUT, 0), new Uint8Array(0)])).toMatchObject({ length: 1, status: OK });
    expect(await bench.ask([header(IN, 2)])).toMatchObject({ status: OK });
    expect(await bench.ask([header(IN, 3)])).toMatchObject({ status: IOERR });
  });

  test('gives a request without room for the status back with length 0, and does nothing', async () => {
    const store = new SlowStore(numbered(2));
    const bench = new Bench({ store });
    expect((await bench.ask([header(OUT, 0), sector(9)], [])).length).toBe(0);
    expect((await bench.ask([header(FLUSH)], [0])).length).toBe(0);
    expect(store.log).toEqual([]);
    expect(bench.queue.faultCounts.q_request).toBe(2);
    expect(bench.failed).toBe(null);
  });

  test.each([
    ['nothing', new Uint8Array(0)],
    ['one byte less', header(OUT, 0).subarray(0, 15)],
  ])('answers a header of %s with an error', async (_what, head) => {
    const { status, length } = await new Bench({ store: numbered(2) }).ask(head.length > 0 ? [head] : [], [1]);
    expect([status, length]).toEqual([IOERR, 1]);
  });

  test.each([
    ['read', IN, 511],
    ['read', IN, 513],
    ['read', IN, 1],
    ['write', OUT, 511],
    ['write', OUT, 1025],
  ])('answers a %s of no whole number of sectors with an error', async (_what, type, length) => {
    const store = new SlowStore(numbered(4));
    const bench = new Bench({ store });
    const answer =
      type === IN
        ? await bench.ask([header(type, 0)], [length, 1])
        : await bench.ask([header(type, 0), bytes(length)], [1]);
    expect(answer.status).toBe(IOERR);
    expect(store.log).toEqual([]);
  });

  test.each([
    4n,
    3n,
    0x7fff_ffffn,
    0xffff_ffffn,
    0x1_0000_0000n,
    2n ** 44n,
    2n ** 53n - 1n,
    2n ** 53n,
    2n ** 55n,
    2n ** 63n,
    2n ** 64n - 2n,
    2n ** 64n - 1n,
  ])('reads and writes nothing at sector %s of 4, two at a time', async (at) => {
    const store = new SlowStore(numbered(4));
    const bench = new Bench({ store });
    expect(await bench.ask([header(IN, at)], [1024, 1])).toEqual({
      length: 1025,
      bytes: joined(new Uint8Array(1024), Uint8Array.of(IOERR)),
      status: IOERR,
    });
    expect((await bench.ask([header(OUT, at), sector(1, 2)])).status).toBe(IOERR);
    expect((await bench.ask([header(WRITE_ZEROES), range(at, 2)])).status).toBe(IOERR);
    expect((await bench.ask([header(DISCARD), range(at, 2)])).status).toBe(IOERR);
    expect(store.log).toEqual([]);
  });

  test.each([
    2, 3, 5, 6, 7, 9, 10, 12, 14, 15, 16, 18, 20, 22, 24, 26, 255, 0x100, 0x8000_0000, 0x8000_0001, 0xffff_ffff,
  ])('does not know requests of type %i', async (type) => {
    const store = new SlowStore(numbered(4));
    const bench = new Bench({ store });
    expect(await bench.ask([header(type, 0)], [8, 1])).toEqual({
      length: 9,
      bytes: Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, UNSUPP),
      status: UNSUPP,
    });
    expect(store.log).toEqual([]);
  });

  test.each([
    ['write', OUT, sector(9)],
    ['discard', DISCARD, range(0, 1)],
    ['write zeroes', WRITE_ZEROES, range(0, 1)],
  ])('answers a %s with an error where it is read-only, and writes nothing', async (_what, type, data) => {
    const store = new SlowStore(numbered(2));
    const { status, length } = await new Bench({ store, readOnly: true }).ask([header(type, 0), data]);
    expect([status, length]).toEqual([IOERR, 1]);
    expect(store.log).toEqual([]);
  });

  test('tells its id, filled up with NUL, without one where there is no room', async () => {
    const id = async (text: string) =>
      Buffer.from((await new Bench({ store: numbered(1), id: text }).ask([header(GET_ID)], [20, 1])).bytes).toString();
    expect(await id('disk')).toBe(`disk${'\0'.repeat(16)}\0`);
    expect(await id('exactly-20-character')).toBe('exactly-20-character\0');
    expect(await id('')).toBe('\0'.repeat(21));
  });

  test.each([0, 19, 21])('tells its id into 20 bytes, not %i', async (room) => {
    expect((await new Bench({ store: numbered(1) }).ask([header(GET_ID)], [room, 1])).status).toBe(IOERR);
  });

  test.each([
    ['no segment', [], IOERR],
    ['half a segment', [range(0, 1).subarray(0, 8)], IOERR],
    ['a segment and a byte', [range(0, 1), new Uint8Array(1)], IOERR],
    ['more segments than allowed', [0, 1, 2, 3, 0].map((at) => range(at, 1)), IOERR],
    ['a segment too long', [range(0, 8193)], IOERR],
    ['a segment past the end', [range(0, 1), range(3, 2)], IOERR],
    ['a segment of as many sectors as can be said', [range(0, 0xffff_ffff)], IOERR],
    ['a reserved flag', [range(0, 1, 2)], UNSUPP],
    ['a reserved flag behind one without', [range(0, 1), range(1, 1, 0x8000_0000)], UNSUPP],
    ['a reserved flag and a bad sector', [range(2n ** 63n, 1, 2)], UNSUPP],
  ])('discards and zeroes nothing for %s', async (_what, segments, status) => {
    for (const type of [DISCARD, WRITE_ZEROES]) {
      const store = new SlowStore(numbered(4));
      const answer = await new Bench({ store }).ask([header(type), ...segments]);
      expect(answer).toMatchObject({ length: 1, status });
      expect(store.log).toEqual([]);
    }
  });

  test('does not know unmap for a discard, but for zeroes', async () => {
    const bench = new Bench({ store: numbered(4) });
    expect((await bench.ask([header(DISCARD), range(0, 1, 1)])).status).toBe(UNSUPP);
    expect((await bench.ask([header(WRITE_ZEROES), range(0, 1, 1)])).status).toBe(OK);
    expect((await bench.ask([header(IN, 0)], [1024, 1])).bytes).toEqual(joined(sector(0, 2), Uint8Array.of(OK)));
  });

  test('reads zeros after a write of zeroes, whatever the store can do', async () => {
    const whole = numbered(8);
    const plain: BlockStore = {
      sectors: 8,
      read: (at, target) => whole.read(at, target),
      write: (at, source) => whole.write(at, source),
    };
    for (const store of [plain, numbered(8)]) {
      const bench = new Bench({ store });
      const list = joined(range(1, 2), range(5, 1, 1), range(7, 0));
      expect((await bench.ask([header(WRITE_ZEROES), list.subarray(0, 9), list.subarray(9)])).status).toBe(OK);
      const { bytes: all } = await bench.ask([header(IN, 0)], [4096, 1]);
      expect(all).toEqual(joined(sector(1, 0, 0, 4, 5, 0, 7, 8), Uint8Array.of(OK)));
    }
  });

  test('zeroes more than a chunk of a plain store', async () => {
    const whole = new MemoryStore(new Uint8Array(512 * 600).fill(5));
    const plain: BlockStore = {
      sectors: 600,
      read: (at, target) => whole.read(at, target),
      write: (at, source) => whole.write(at, source),
    };
    expect((await new Bench({ store: plain }).ask([header(WRITE_ZEROES), range(1, 598)])).status).toBe(OK);
    const all = new Uint8Array(512 * 600);
    whole.read(0, all);
    expect(all.every((byte, i) => byte === (i < 512 || i >= 512 * 599 ? 5 : 0))).toBe(true);
  });

  test('knows what was not negotiated as little as what does not exist', async () => {
    const store = new SlowStore(numbered(4));
    const bench = new Bench({ store }, []);
    for (const [type, data] of [
      [DISCARD, range(0, 1)],
      [WRITE_ZEROES, range(0, 1)],
      [FLUSH, new Uint8Array(0)],
    ] as const)
      expect((await bench.ask([header(type), data])).status).toBe(UNSUPP);
    expect(store.log).toEqual([]);
  });

  test('reads every byte of a request once', async () => {
    const bench = new Bench({ store: numbered(4) });
    for (const data of [
      [header(OUT, 1), sector(1, 2)],
      [header(DISCARD), range(0, 1), range(2, 1)],
      [header(FLUSH), bytes(40)],
    ])
      await bench.ask(data);
    expect(bench.memory.reads.size).toBeGreaterThan(1000);
    expect([...bench.memory.reads.values()].every((times) => times === 1)).toBe(true);
  });

  test('decides on the header as it was, whatever it becomes', async () => {
    const store = new SlowStore(numbered(4));
    const bench = new Bench({ store });
    const answer = bench.offer([header(IN, 0)], [512, 1]);
    bench.port.wake();
    await until(() => store.waiting.length === 1);
    bench.ring.bytes.set(header(OUT, 2n ** 60n), 0x8000);
    store.waiting[0]!.go();
    await until(() => bench.ring.usedIdx === 1);
    expect(answer().bytes).toEqual(joined(sector(1), Uint8Array.of(OK)));
  });

  test.each([
    [IN, [header(IN, 0)], [1024, 1], joined(new Uint8Array(1024), Uint8Array.of(IOERR))],
    [OUT, [header(OUT, 0), sector(1)], [1], Uint8Array.of(IOERR)],
    [FLUSH, [header(FLUSH)], [1], Uint8Array.of(IOERR)],
    [DISCARD, [header(DISCARD), range(0, 1)], [1], Uint8Array.of(IOERR)],
  ])('answers request %i with an error where the store fails', async (_type, readable, writable, expected) => {
    const store = new SlowStore(numbered(4));
    const reasons: unknown[] = [];
    const bench = new Bench({ store, failed: (reason) => reasons.push(reason) });
    const answering = bench.ask(readable, writable);
    await until(() => store.waiting.length === 1);
    const error = new Error('no such disk');
    store.waiting[0]!.go(error);
    expect(await answering).toEqual({ length: expected.length, bytes: expected, status: IOERR });
    expect(reasons).toEqual([error]);
    expect(bench.failed).toBe(null);
  });

  test('answers with an error where the store became smaller and nobody said so', async () => {
    const store = numbered(4);
    const bench = new Bench({ store });
    store.resize(2);
    expect(await bench.ask([header(IN, 1)], [1024, 1])).toEqual({
      length: 1025,
      bytes: joined(new Uint8Array(1024), Uint8Array.of(IOERR)),
      status: IOERR,
    });
    expect((await bench.ask([header(OUT, 1), sector(8, 9)])).status).toBe(IOERR);
    expect((await bench.ask([header(WRITE_ZEROES), range(1, 2)])).status).toBe(IOERR);
    expect((await bench.ask([header(IN, 1)], [512, 1])).bytes).toEqual(joined(sector(2), Uint8Array.of(OK)));
  });

  test('answers with an error where the store throws', async () => {
    const store: BlockStore = {
      sectors: 4,
      read() {
        throw new Error('broken');
      },
      write() {
        throw new Error('broken');
      },
    };
    const bench = new Bench({ store });
    expect((await bench.ask([header(IN, 0)], [512, 1])).status).toBe(IOERR);
    expect((await bench.ask([header(WRITE_ZEROES), range(0, 1)])).status).toBe(IOERR);
  });

  test('gives requests back in the order the store is done with them', async () => {
    const store = new SlowStore(numbered(4));
    const bench = new Bench({ store });
    const answers = [0, 1, 2].map((at) => bench.offer([header(IN, at)], [512, 1]));
    bench.port.wake();
    await until(() => store.waiting.length === 3);
    for (const i of [2, 0, 1]) {
      store.waiting[i]!.go();
      await quiet();
      expect(answers.map((answer) => answer().length === 513)[i]).toBe(true);
    }
    expect([0, 1, 2].map((slot) => bench.ring.used(slot)[0])).toEqual([6, 0, 3]);
    expect(answers.map((answer) => answer().bytes[0])).toEqual([1, 2, 3]);
  });

  test('touches neither memory nor store once it was reset, and has stopped when the store has', async () => {
    const store = new SlowStore(new MemoryStore(bytes(512 * 400)));
    const bench = new Bench({ store });
    bench.offer([header(IN, 0)], [512, 1]);
    bench.offer([header(OUT, 4), sector(1)], [1]);
    // Two steps: the second must not come.
    const long = joined(header(OUT, 9), new Uint8Array(1024));
    bench.offer([long], [1]);
    bench.port.wake();
    await until(() => store.waiting.length === 3);
    bench.abort.abort();
    bench.port.end();
    let stopped = false;
    const stopping = Promise.resolve(bench.device.stop()).then(() => {
      stopped = true;
    });
    const before = bench.ring.bytes.slice();
    const asked = store.log.length;
    store.waiting[1]!.go();
    store.waiting[0]!.go();
    await quiet();
    expect(stopped).toBe(false);
    store.waiting[2]!.go(new Error('late'));
    await stopping;
    await quiet();
    expectSame(bench.ring.bytes, before);
    expect(store.log.length).toBe(asked);
    expect(store.log).not.toContain('flush');
  });

  test('does what the text says for whatever a driver sends', async () => {
    const requests = fc.record({
      type: fc.constantFrom(IN, OUT, FLUSH, GET_ID, DISCARD, WRITE_ZEROES, 2, 10, 14, 0xffff_ffff),
      at: fc.constantFrom(0n, 1n, 2n, 3n, 4n, 5n, 2n ** 32n, 2n ** 53n, 2n ** 64n - 1n),
      data: fc.oneof(
        fc.constantFrom(0, 1, 15, 511, 512, 1024, 1025, 2048).map((length) => bytes(length)),
        fc
          .array(
            fc.tuple(
              fc.constantFrom(0n, 1n, 3n, 4n, 2n ** 64n - 1n),
              fc.constantFrom(0, 1, 2, 4, 5, 0xffff_ffff),
              fc.constantFrom(0, 0, 0, 1, 2),
            ),
            { maxLength: 6 },
          )
          .map((list) => joined(...list.map((segment) => range(...segment)))),
      ),
      room: fc.constantFrom(0, 1, 2, 17, 21, 512, 513, 1025, 2049),
      cut: fc.nat(40),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(requests, { minLength: 1, maxLength: 4 }), async (list) => {
        const store = numbered(4);
        const bench = new Bench({ store, id: 'x' });
        const disk = sector(1, 2, 3, 4);
        for (const { type, at, data, room, cut } of list) {
          const whole = joined(header(type, at), data);
          const parts = cut < whole.length ? [whole.subarray(0, cut), whole.subarray(cut)] : [whole];
          const { length, bytes: got } = await bench.ask(parts, room > 2 ? [1, room - 1] : [room]);
          const expected = carriedOut(disk, type, at, data, room);
          expect(length).toBe(room);
          expect(got).toEqual(expected);
          const now = new Uint8Array(2048);
          store.read(0, now);
          expectSame(now, disk);
        }
        expect(bench.failed).toBe(null);
      }),
      runs(),
    );
  });

  test('stops at once where nothing is under way', () => {
    const bench = new Bench({ store: numbered(4) });
    expect(bench.device.stop()).toBe(undefined);
  });
});

describe('the cache of a block device', () => {
  const steps = async (
    options: Partial<BlockDeviceOptions>,
    negotiated: number[],
    write?: number,
  ): Promise<string[]> => {
    const log: string[] = [];
    const inner = numbered(8);
    const store: BlockStore = {
      sectors: 8,
      read: (at, target) => inner.read(at, target),
      write: () => void log.push('write'),
      flush: () => void log.push('flush'),
      discard: () => void log.push('discard'),
      writeZeroes: () => void log.push('zeroes'),
    };
    const bench = new Bench({ store, ...options }, negotiated);
    if (write !== undefined) {
      const config = bench.device.config;
      expect(bench.device.writeConfig(config, { offset: 32, data: Uint8Array.of(write) })?.[32]).toBe(write);
    }
    expect((await bench.ask([header(OUT, 0), sector(1)])).status).toBe(OK);
    expect((await bench.ask([header(WRITE_ZEROES), range(0, 1)])).status).toBe(
      negotiated.includes(F.ZEROES) ? OK : UNSUPP,
    );
    return log;
  };

  test('is written through while `writeback` is 0', async () => {
    const all = [F.WCE, F.FLUSH, F.ZEROES];
    expect(await steps({}, all)).toEqual(['write', 'flush', 'zeroes', 'flush']);
    expect(await steps({ writeback: true }, all, 0)).toEqual(['write', 'flush', 'zeroes', 'flush']);
  });

  test('waits for a flush while `writeback` is 1', async () => {
    const all = [F.WCE, F.FLUSH, F.ZEROES];
    expect(await steps({ writeback: true }, all)).toEqual(['write', 'zeroes']);
    expect(await steps({}, all, 1)).toEqual(['write', 'zeroes']);
  });

  test('is written through for a driver that can neither flush nor change it', async () => {
    expect(await steps({ writeback: true }, [])).toEqual(['write', 'flush']);
  });

  test('waits for a flush of a driver that can flush and not change it', async () => {
    expect(await steps({}, [F.FLUSH])).toEqual(['write']);
  });

  test('begins as off without FLUSH, or not at all', () => {
    expect(new BlockDevice({ store: numbered(1) }).config[32]).toBe(0);
    const { dependencies, config } = new BlockDevice({ store: numbered(1), writeback: true });
    expect(config[32]).toBe(1);
    expect(dependencies).toEqual([[F.WCE, F.FLUSH]]);
  });

  test('is taken for off where it is not certain that this driver turned it on', async () => {
    const store = new SlowStore(numbered(4));
    const device = new BlockDevice({ store });
    // Written by a driver that was reset before DRIVER_OK: nobody tells the device of that.
    device.writeConfig(device.config, { offset: 32, data: Uint8Array.of(1) });
    const bench = new Bench(device);
    bench.offer([header(OUT, 0), sector(1)], [1]);
    bench.port.wake();
    await until(() => store.waiting.length === 1);
    store.waiting[0]!.go();
    await until(() => store.log.length === 2);
    expect(store.log).toEqual(['write 0+1', 'flush']);
  });

  test('is after a reset what it was in the beginning', async () => {
    for (const writeback of [true, false]) {
      const device = new BlockDevice({ store: numbered(4), writeback });
      device.writeConfig(device.config, { offset: 32, data: Uint8Array.of(writeback ? 0 : 1) });
      await device.stop();
      expect(await steps({ writeback }, [F.WCE, F.FLUSH])).toEqual(writeback ? ['write'] : ['write', 'flush']);
    }
  });

  test('takes no other values', () => {
    const device = new BlockDevice({ store: numbered(1) });
    for (const patch of [
      { offset: 32, data: Uint8Array.of(2) },
      { offset: 32, data: Uint8Array.of(255) },
      { offset: 32, data: Uint8Array.of(1, 0) },
      { offset: 31, data: Uint8Array.of(1) },
    ])
      expect(device.writeConfig(device.config, patch)).toBe(null);
  });

  test('tells a flush done when the store is', async () => {
    const store = new SlowStore(numbered(4));
    const bench = new Bench({ store });
    const answer = bench.offer([header(FLUSH)], [1]);
    bench.port.wake();
    await until(() => store.waiting.length === 1);
    await quiet();
    expect(answer()).toEqual({ length: -1, bytes: Uint8Array.of(0xee), status: 0xee });
    store.waiting[0]!.go();
    await until(() => bench.ring.usedIdx === 1);
    expect(answer()).toEqual({ length: 1, bytes: Uint8Array.of(OK), status: OK });
  });
});

/** Both sides of a bus on one memory, with a device at number 2. */
async function bound(device: Device, driverOptions: BlockDriverOptions = {}, before: () => void = () => {}) {
  const shared = new Uint8Array(new SharedArrayBuffer(4 * 1024 * 1024));
  const memory = new SharedMemory([{ base: 0x10000, bytes: shared }]);
  const [a, b] = loopback().ends;
  const devices = new DeviceBus({ medium: a, dialect: 'v1-2026', memory });
  devices.add(2, device);
  const bus = await DriverBus.open({
    medium: b,
    dialect: 'v1-2026',
    memory: { memory, base: 0x10000, length: shared.length },
    pings: false,
  });
  onTestFinished(() => bus.close('abortive'));
  before();
  const driver = new BlockDriver(driverOptions);
  const transport = await bus.bind(2, driver);
  return { devices, bus, driver, transport, shared };
}

describe('a block driver and a block device', () => {
  test('read and write, in one piece and in many', async () => {
    const store = new MemoryStore(bytes(512 * 2000));
    const { driver } = await bound(new BlockDevice({ store }));
    expect(driver.capacity).toBe(2000);
    expectSame(await driver.read(0, 2000), bytes(512 * 2000));
    const data = bytes(512 * 777, 99);
    await driver.write(13, data);
    expectSame(await driver.read(13, 777), data);
    expect(await driver.read(12, 1)).toEqual(bytes(512 * 2000).subarray(512 * 12, 512 * 13));
    expect(await driver.read(5, 0)).toEqual(new Uint8Array(0));
    await driver.write(2000, new Uint8Array(0));
  });

  test.each(['rfc2', 'rfc3', 'pr28', 'v1-2026'] as const)('do so in the words of %s', async (dialect) => {
    const shared = new Uint8Array(new SharedArrayBuffer(1024 * 1024));
    const memory = new SharedMemory([{ base: 0x10000, bytes: shared }]);
    const [a, b] = loopback().ends;
    new DeviceBus({ medium: a, dialect, memory }).add(2, new BlockDevice({ store: numbered(200) }));
    const bus = await DriverBus.open({
      medium: b,
      dialect,
      memory: { memory, base: 0x10000, length: shared.length },
      devices: [2],
      pings: false,
    });
    onTestFinished(() => bus.close('abortive'));
    const driver = new BlockDriver();
    await bus.bind(2, driver);
    await driver.write(3, sector(0x55, 0x66));
    expect(await driver.read(2, 4)).toEqual(sector(3, 0x55, 0x66, 6));
  });

  test('keep to the largest segment and the number of segments', async () => {
    const store = new SlowStore(numbered(64));
    const device = new BlockDevice({ store, sizeMax: 1000, segMax: 3 });
    const { driver } = await bound(device);
    const reading = driver.read(0, 12);
    // 3000 bytes hold 5 sectors.
    await until(() => store.log.length === 3);
    expect(store.log).toEqual(['read 0+5', 'read 5+5', 'read 10+2']);
    for (const { go } of store.waiting) go();
    expect(await reading).toEqual(sector(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12));
  });

  test('flush, discard, write zeroes and tell the id', async () => {
    const store = new MemoryStore(new Uint8Array(512 * 20000).fill(9));
    const { driver } = await bound(new BlockDevice({ store, id: 'scratch 1' }));
    await driver.flush();
    expect(await driver.deviceId()).toBe('scratch 1');
    await driver.writeZeroes(1, 19998);
    await driver.discard(0, 1);
    const all = await driver.read(1, 19999);
    expect(all.subarray(0, 512 * 19998).every((byte) => byte === 0)).toBe(true);
    expect(all.subarray(512 * 19998)).toEqual(sector(9));
  });

  test('use several queues', async () => {
    const { driver } = await bound(new BlockDevice({ store: numbered(250), queues: 4 }), { queues: 4 });
    const reads = await Promise.all(Array.from({ length: 250 }, (_, at) => driver.read(at, 1)));
    expectSame(joined(...reads), sector(...Array.from({ length: 250 }, (_, i) => i + 1)));
  });

  test('work on a file', async () => {
    const path = join(tmpdir(), `virtio-wire-block-${process.pid}`);
    const file = await open(path, 'w+');
    onTestFinished(async () => {
      await file.close();
      await rm(path);
    });
    await file.write(bytes(512 * 300 + 100));
    const store = await FileStore.of(file);
    const device = new BlockDevice({ store });
    const { driver } = await bound(device);
    expect(driver.capacity).toBe(300);
    expectSame(await driver.read(0, 300), bytes(512 * 300));
    await driver.write(299, sector(1));
    await driver.writeZeroes(0, 250);
    await driver.flush();
    expect(await driver.read(249, 1)).toEqual(sector(0));
    expect(await driver.read(299, 1)).toEqual(sector(1));
    await expect(driver.discard(0, 1)).rejects.toMatchObject({ code: 'unsupported' });
    await file.truncate(512);
    await expect(driver.read(100, 1)).rejects.toMatchObject({ code: 'rejected', outcome: 'none' });
  });

  test('do not send what lies outside of the disk', async () => {
    const store = new SlowStore(numbered(8));
    const { driver } = await bound(new BlockDevice({ store }));
    for (const [at, count] of [
      [8, 1],
      [0, 9],
      [-1, 1],
      [0, -1],
      [0.5, 1],
      [0, 1.5],
      [Number.NaN, 1],
      [Number.MAX_SAFE_INTEGER, 1],
      [1, Number.MAX_SAFE_INTEGER],
    ] as const) {
      await expect(driver.read(at, count), `${at}+${count}`).rejects.toMatchObject({ code: 'range', outcome: 'none' });
      await expect(driver.discard(at, count)).rejects.toMatchObject({ code: 'range' });
      await expect(driver.writeZeroes(at, count)).rejects.toMatchObject({ code: 'range' });
    }
    await expect(driver.write(8, sector(1))).rejects.toMatchObject({ code: 'range' });
    await expect(driver.write(0, new Uint8Array(100))).rejects.toMatchObject({ code: 'align' });
    expect(store.log).toEqual([]);
  });

  test('do not write where the disk cannot be written', async () => {
    const store = new SlowStore(numbered(8));
    const { driver } = await bound(new BlockDevice({ store, readOnly: true }));
    expect(driver.readOnly).toBe(true);
    for (const doing of [driver.write(0, sector(1)), driver.discard(0, 1), driver.writeZeroes(0, 1)])
      await expect(doing).rejects.toMatchObject({ code: 'rejected', outcome: 'none' });
    expect(store.log).toEqual([]);
  });

  test('say what the store could not do', async () => {
    const store = new SlowStore(numbered(8));
    const { driver } = await bound(new BlockDevice({ store }));
    const writing = driver.write(0, sector(1));
    await until(() => store.waiting.length === 1);
    store.waiting[0]!.go(new Error('full'));
    await expect(writing).rejects.toMatchObject({ name: 'VirtioError', code: 'rejected', outcome: 'unknown' });
  });

  test('change the cache', async () => {
    const store = new SlowStore(numbered(8));
    const { driver } = await bound(new BlockDevice({ store }));
    const write = async (): Promise<void> => {
      let done = false;
      void driver.write(0, sector(1)).then(() => {
        done = true;
      });
      await until(() => {
        store.waiting.shift()?.go();
        return done;
      });
    };
    await write();
    await driver.setWriteback(true);
    await write();
    await driver.setWriteback(false);
    await write();
    expect(store.log).toEqual(['write 0+1', 'flush', 'write 0+1', 'write 0+1', 'flush']);
  });

  test('agree on a new size while they run', async () => {
    const store = numbered(4);
    const device = new BlockDevice({ store });
    const { driver } = await bound(device);
    const told: number[] = [];
    const forget = driver.onResize((capacity) => told.push(capacity));
    await expect(driver.read(4, 1)).rejects.toMatchObject({ code: 'range' });
    expect(() => device.resize(6)).toThrow(RangeError);
    store.resize(6);
    device.resize();
    await until(() => told.length === 1);
    expect(driver.capacity).toBe(6);
    expect(await driver.read(3, 3)).toEqual(sector(4, 0, 0));
    device.resize(2);
    await until(() => told.length === 2);
    await expect(driver.read(2, 1)).rejects.toMatchObject({ code: 'range' });
    forget();
    device.resize(3);
    await until(() => driver.capacity === 3);
    expect(told).toEqual([6, 2]);
  });

  test('agree on a size that changed while nobody drove the disk', async () => {
    const store = numbered(4);
    const device = new BlockDevice({ store });
    const { driver } = await bound(device, {}, () => {
      store.resize(9);
      device.resize();
    });
    await until(() => driver.capacity === 9);
    expect(await driver.read(3, 2)).toEqual(sector(4, 0));
  });

  test('read and write more than a chunk in a request', async () => {
    const store = new SlowStore(new MemoryStore(bytes(512 * 400)));
    const { driver } = await bound(new BlockDevice({ store }), { mostSectors: 300 });
    const reading = driver.read(50, 300);
    const log = ['read 50+128', 'read 178+128', 'read 306+44'];
    for (const [i, step] of log.entries()) {
      await until(() => store.log.length > i);
      expect(store.waiting[i]!.what).toBe(step);
      store.waiting[i]!.go();
    }
    expectSame(await reading, bytes(512 * 400).subarray(512 * 50, 512 * 350));
    const writing = driver.write(0, bytes(512 * 300, 5));
    let written = false;
    void writing.then(() => {
      written = true;
    });
    await until(() => {
      store.waiting.at(-1)!.go();
      return written;
    });
    const all = new Uint8Array(512 * 300);
    store.inner.read(0, all);
    expectSame(all, bytes(512 * 300, 5));
  });

  test('end a request that fails in the middle, status and all', async () => {
    const store = new SlowStore(new MemoryStore(bytes(512 * 400)));
    const { driver } = await bound(new BlockDevice({ store }), { mostSectors: 300 });
    const reading = driver.read(0, 300);
    await until(() => store.waiting.length === 1);
    store.waiting[0]!.go();
    await until(() => store.waiting.length === 2);
    store.waiting[1]!.go(new Error('a bad sector'));
    await expect(reading).rejects.toMatchObject({ code: 'rejected' });
    expect(store.log.length).toBe(2);
  });

  test('leave room in a small queue for header and status', async () => {
    const store = new SlowStore(numbered(8));
    const { driver } = await bound(new BlockDevice({ store, sizeMax: 512 }), { queueSize: 4 });
    const reading = driver.read(0, 3);
    await until(() => store.waiting.length > 0);
    expect(store.log[0]).toBe('read 0+2');
    let done = false;
    void reading.then(() => {
      done = true;
    });
    await until(() => {
      store.waiting.shift()?.go();
      return done;
    });
    expect(await reading).toEqual(sector(1, 2, 3));
  });

  test('ask for nothing more once a piece has failed, and wait for the others', async () => {
    const store = new SlowStore(numbered(64));
    const { driver } = await bound(new BlockDevice({ store }), { mostSectors: 1 });
    let ended = false;
    const reading = expect(driver.read(0, 64)).rejects.toMatchObject({ code: 'rejected' });
    void reading.then(() => {
      ended = true;
    });
    await until(() => store.waiting.length > 1);
    await quiet();
    const asked = store.waiting.length;
    expect(asked).toBeLessThan(64);
    store.waiting[0]!.go(new Error('a bad sector'));
    await quiet();
    expect(ended).toBe(false);
    for (const { go } of store.waiting.slice(1)) go();
    await reading;
    await quiet();
    expect(store.log.length).toBe(asked);
  });

  test('do not ask more of a store at a time than is good for it', async () => {
    const store = new SlowStore(numbered(250));
    const { driver } = await bound(new BlockDevice({ store, queueSize: 256 }), { queueSize: 256 });
    const reads = Promise.all(Array.from({ length: 250 }, (_, at) => driver.read(at, 1)));
    for (let done = 0; done < 250; done++) {
      await until(() => store.log.length > done);
      if (done % 50 === 0) {
        await quiet();
        expect(store.log.length).toBe(Math.min(250, done + 64));
      }
      store.waiting[done]!.go();
    }
    expectSame(joined(...(await reads)), sector(...Array.from({ length: 250 }, (_, i) => i + 1)));
  });

  test('end with the reset what is under way, and go on afterwards', async () => {
    const store = new SlowStore(numbered(4));
    const device = new BlockDevice({ store });
    const { driver, transport, shared } = await bound(device);
    const reading = driver.read(0, 1);
    await until(() => store.waiting.length === 1);
    const ended = expect(reading).rejects.toMatchObject({ code: 'reset', outcome: 'unknown' });
    let live = false;
    const again = transport.restart().then(() => {
      live = true;
    });
    await ended;
    await quiet();
    // The device says that it is reset when the store has let go, and not before.
    expect(live).toBe(false);
    await expect(driver.read(0, 1)).rejects.toMatchObject({ outcome: 'none' });
    const before = shared.slice();
    store.waiting.shift()!.go();
    // What the store read must appear nowhere: sector 0 is all ones.
    await again;
    const ones = Buffer.from(sector(1));
    expect(Buffer.from(shared).indexOf(ones)).toBe(-1);
    expect(Buffer.from(before).indexOf(ones)).toBe(-1);
    const reading2 = driver.read(1, 1);
    await until(() => store.waiting.length === 1);
    store.waiting.shift()!.go();
    expect(await reading2).toEqual(sector(2));
  });

  test('give up what the caller gives up', async () => {
    const store = new SlowStore(numbered(4));
    const { driver } = await bound(new BlockDevice({ store }));
    const abort = new AbortController();
    const reading = driver.read(0, 1, abort.signal);
    await until(() => store.waiting.length === 1);
    abort.abort();
    await expect(reading).rejects.toMatchObject({ code: 'cancelled', outcome: 'unknown' });
    store.waiting.shift()!.go();
    const next = driver.read(1, 1);
    await until(() => store.waiting.length === 1);
    store.waiting.shift()!.go();
    expect(await next).toEqual(sector(2));
  });
});

test('a block driver that is bound to nothing says so', async () => {
  const driver = new BlockDriver();
  expect(driver.capacity).toBe(0);
  for (const doing of [driver.read(0, 0), driver.write(0, new Uint8Array(0)), driver.flush(), driver.deviceId()])
    await expect(doing).rejects.toMatchObject({ code: 'bad_state', outcome: 'none' });
});

test('a block driver that was stopped while it came up stays stopped', async () => {
  const driver = new BlockDriver();
  let answer: (config: Uint8Array) => void = () => {};
  const info = { max_virtqueues: 1, config_size: 60 } as DriverServices['info'];
  const coming = driver.live({
    info,
    has: () => false,
    port: () => ({ size: 16 }) as DriverPort,
    readConfig: () =>
      new Promise((resolve) => {
        answer = resolve;
      }),
    writeConfig: () => Promise.resolve(),
  });
  driver.stopped({ code: 'reset', message: 'over', outcome: 'unknown' });
  answer(new Uint8Array(60));
  await coming;
  await expect(driver.read(0, 0)).rejects.toMatchObject({ code: 'reset', outcome: 'none' });
});

describe('a block driver and a device that does not keep to the text', () => {
  /** A device that answers every request the way `answer` does. */
  const liar = (
    config: Uint8Array,
    offered: readonly number[],
    answer: (room: number) => { readonly bytes: Uint8Array; readonly at: number } = () => ({
      bytes: new Uint8Array(0),
      at: 0,
    }),
  ): Device => ({
    id: 2,
    features: offered,
    queues: [16],
    config,
    start() {},
    kick(port) {
      for (let chain = port.next(); chain !== undefined; chain = port.next()) {
        const { bytes: said, at } = answer(chain.writableLength);
        chain.write(at, said);
        port.complete(chain);
      }
    },
  });
  const configOf = (capacity: bigint, sizeMax = 0, segMax = 0): Uint8Array => {
    const view = new DataView(new ArrayBuffer(60));
    view.setBigUint64(0, capacity, true);
    view.setUint32(8, sizeMax, true);
    view.setUint32(12, segMax, true);
    return new Uint8Array(view.buffer);
  };

  test.each([
    ['an I/O error', 1, 'rejected'],
    ['unsupported', 2, 'unsupported'],
    ['a status there is not', 3, 'bad_value'],
    ['a status there is not', 255, 'bad_value'],
  ])('hears %s', async (_what, status, code) => {
    const device = liar(configOf(8n), [F.FLUSH], (room) => ({ bytes: new Uint8Array(room).fill(status), at: 0 }));
    const { driver } = await bound(device);
    for (const doing of [driver.read(0, 1), driver.write(0, sector(1)), driver.flush(), driver.deviceId()])
      await expect(doing).rejects.toMatchObject({ code });
  });

  test('does not take a status for success that the used length does not reach', async () => {
    const nothing = await bound(liar(configOf(8n), []));
    await expect(nothing.driver.read(0, 1)).rejects.toMatchObject({ code: 'bad_size', outcome: 'unknown' });
    await expect(nothing.driver.write(0, sector(1))).rejects.toMatchObject({ code: 'bad_size', outcome: 'unknown' });
    const short = await bound(liar(configOf(8n), [], (room) => ({ bytes: Uint8Array.of(0), at: room - 1 })));
    await expect(short.driver.read(0, 1)).rejects.toMatchObject({ code: 'bad_size' });
    await short.driver.write(0, sector(1));
  });

  test.each([
    ['no segment', F.SEG_MAX, configOf(8n, 0, 0)],
    ['segments of no byte', F.SIZE_MAX, configOf(8n, 0, 0)],
    ['segments of a byte', F.SIZE_MAX, configOf(8n, 1, 0)],
  ])('does not begin where a request may have %s', async (_what, bit, config) => {
    await expect(bound(liar(config, [bit]))).rejects.toMatchObject({ code: 'unsupported' });
  });

  test('does not begin without a capacity', async () => {
    await expect(bound(liar(new Uint8Array(7), []))).rejects.toMatchObject({ code: 'bad_size' });
  });

  test('reaches as much of an endless disk as a number can count', async () => {
    const { driver } = await bound(
      liar(configOf(2n ** 64n - 1n), [], (room) => ({ bytes: new Uint8Array(room), at: 0 })),
    );
    expect(driver.capacity).toBe(2 ** 44 - 1);
    expect(await driver.read(2 ** 44 - 2, 1)).toEqual(sector(0));
    await expect(driver.read(2 ** 44 - 1, 1)).rejects.toMatchObject({ code: 'range' });
  });
});
