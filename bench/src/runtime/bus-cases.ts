import { type Device, DeviceBus, DriverBus, loopback, type QueuePort, SharedMemory } from '@virtio-wire/runtime';
import { BlockDevice, BlockDriver, MemoryStore } from '@virtio-wire/runtime/devices';
import type { AsyncCase } from './async-case.js';
import { HandBus } from './hand-bus.js';
import { HandQueue } from './hand-queue.js';

const IN_FLIGHT = 32;
const BLOCK_BYTES = 4096;
const DEVICE = 1;
const MEMORY = { base: 0x10000, length: 4 << 20 };
const REQUEST = { name: 'GET_DEVICE_STATUS', kind: 'request', device: DEVICE, token: 0, fields: {} } as const;

/** The machines, the codecs and the media of one bus with one device. */
async function bus(device: Device): Promise<DriverBus> {
  const { ends } = loopback();
  const memory = new SharedMemory([{ base: MEMORY.base, bytes: new Uint8Array(new SharedArrayBuffer(MEMORY.length)) }]);
  const devices = new DeviceBus({ medium: ends[1], dialect: 'v1-2026', memory });
  devices.add(DEVICE, device);
  return DriverBus.open({ medium: ends[0], dialect: 'v1-2026', memory: { memory, ...MEMORY }, pings: false });
}

const idle: Device = { id: 4, features: [], queues: [16], start() {}, kick(_port: QueuePort) {} };

/** Keeps `IN_FLIGHT` operations going until `n` are done. */
function windowed(n: number, start: (done: () => void) => void): Promise<void> {
  return new Promise((resolve) => {
    let left = n;
    let out = 0;
    const go = (): void => {
      while (out < IN_FLIGHT && left > 0) {
        left--;
        out++;
        start(done);
      }
    };
    const done = (): void => {
      out--;
      if (left > 0) go();
      else if (out === 0) resolve();
    };
    go();
  });
}

/** What is measured of the bus, by subject. Nothing is made before it is asked for: each has a process to itself. */
export const BUS: Readonly<Record<string, () => Promise<AsyncCase>>> = {
  'loopback, callback': () => statusCase('loopback, callback', (driver, done) => void driver.submit(REQUEST, done)),
  'loopback, promise': () => statusCase('loopback, promise', (driver, done) => void driver.request(REQUEST).then(done)),
  'block driver and device': blockCase,
};

async function statusCase(subject: string, ask: (driver: DriverBus, done: () => void) => void): Promise<AsyncCase> {
  const driver = await bus(idle);
  const hand = new HandBus();
  return {
    subject,
    message: 'GET_DEVICE_STATUS',
    op: 'round trip',
    ours: (n) => windowed(n, (done) => ask(driver, done)),
    hand: (n) => windowed(n, (done) => hand.getStatus(DEVICE, done)),
    bytes: 0,
    verify: async () => void (await driver.request(REQUEST)),
  };
}

async function blockCase(): Promise<AsyncCase> {
  const disk = new BlockDriver();
  const store = MemoryStore.ofSectors(2048);
  await (await bus(new BlockDevice({ store }))).bind(DEVICE, disk);
  const piece = new Uint8Array(BLOCK_BYTES).fill(0xa5);
  await disk.write(0, piece);
  return {
    subject: 'block driver and device',
    message: 'read of 4 KiB',
    op: 'round trip',
    ours: (n) => windowed(n, (done) => void disk.read(0, BLOCK_BYTES / 512).then(done)),
    hand: bareReads(piece),
    bytes: BLOCK_BYTES,
    async verify() {
      const got = await disk.read(0, BLOCK_BYTES / 512);
      if (!Buffer.from(got).equals(piece)) throw new Error('the block device reads other bytes than were written');
    },
  };
}

/** The same reads over a ring by hand: the copies alone, no bus, no header, no status, nothing checked. */
function bareReads(piece: Uint8Array): (n: number) => Promise<void> {
  const bytes = new Uint8Array(new SharedArrayBuffer(MEMORY.length));
  const queue = new HandQueue(bytes);
  let sum = 0;
  return async (n) => {
    for (let left = n; left > 0; left -= IN_FLIGHT) {
      for (let i = 0; i < IN_FLIGHT; i++) queue.add(0x8000 + 8192 * i, 16, BLOCK_BYTES);
      queue.publish();
      queue.serve((room) => room.set(piece));
      for (let i = 0; i < IN_FLIGHT; i++) {
        const own = new Uint8Array(BLOCK_BYTES);
        own.set(bytes.subarray(0x8000 + 8192 * i + 16, 0x8000 + 8192 * i + 16 + BLOCK_BYTES));
        sum += own[0]!;
      }
      sum += queue.reap();
    }
    if (sum < 0) throw new Error('unreachable');
  };
}
