import { DeviceQueue, DriverQueue, queueFeatures, SharedMemory } from '@virtio-wire/runtime';
import type { Case } from '../codec-case.js';
import { HandQueue, RING_BYTES, SIZE } from './hand-queue.js';

const BASE = 0x10000;
const BATCH = 64;
const OUT = 16;
const ROOM = 64;
const answer = new Uint8Array(ROOM).fill(0x5a);

/** Offers a batch, takes it on the other side, fills it, gives it back and reaps it: bytes written. */
export function ours(): () => number {
  const bytes = new Uint8Array(new SharedArrayBuffer(1 << 20));
  const memory = new SharedMemory([{ base: BASE, bytes }]);
  const driverArea = BASE + 16 * SIZE;
  const config = { size: SIZE, descriptor: BASE, driver: driverArea, device: driverArea + 8 + 2 * SIZE };
  // VERSION_1 alone: as plain a ring as the one by hand.
  const features = queueFeatures([0, 1]);
  const driver = new DriverQueue<number>(memory, config, features);
  driver.initialise();
  const device = new DeviceQueue(memory, config, features);
  const buffers = Array.from({ length: BATCH }, (_, i) => {
    const address = BASE + 0x8000 + 256 * i;
    return { readable: [{ address, length: OUT }], writable: [{ address: address + OUT, length: ROOM }] };
  });
  return () => {
    for (let i = 0; i < BATCH; i++) driver.add(buffers[i]!.readable, buffers[i]!.writable, i);
    driver.publish();
    device.poll();
    for (let chain = device.pop(); chain !== undefined; chain = device.pop()) {
      chain.write(0, answer);
      device.complete(chain);
    }
    device.notifyWanted();
    let written = 0;
    driver.poll();
    for (let used = driver.take(); used !== undefined; used = driver.take()) written += used.written;
    return written;
  };
}

function byHand(): () => number {
  const bytes = new Uint8Array(new SharedArrayBuffer(1 << 20));
  if (RING_BYTES > 0x8000) throw new Error('the ring reaches into the buffers');
  const queue = new HandQueue(bytes);
  return () => {
    for (let i = 0; i < BATCH; i++) queue.add(0x8000 + 256 * i, OUT, ROOM);
    queue.publish();
    queue.serve((room) => room.set(answer));
    return queue.reap();
  };
}

/** What is measured of the queues, by subject; made when it is asked for, as with the bus. */
export const QUEUES: Readonly<Record<string, () => Case>> = { 'split queue, both sides': splitQueue };

function splitQueue(): Case {
  const [our, hand] = [ours(), byHand()];
  return {
    subject: 'split queue, both sides',
    message: 'virtqueue buffer',
    op: 'pop/complete',
    ours: our,
    hand,
    mask: 0,
    perCall: BATCH,
    verify() {
      const [got, expected] = [our(), hand()];
      if (got !== expected || got !== BATCH * ROOM) throw new Error(`virtqueue: ${got} bytes, by hand ${expected}`);
    },
  };
}
