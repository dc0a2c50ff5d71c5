import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { DIALECTS, DriverBus, RingEnd, RingMedium, ringMemory, SharedMemory } from '@virtio-wire/runtime';
import { BlockDriver } from '@virtio-wire/runtime/devices';
import { describe, expect, test } from 'vitest';
import { message } from './support/medium-contract.js';

const dialect = DIALECTS['v1-2026'];
const file = new URL('./support/ring-worker.js', import.meta.url);
const MANY = 20_000;
/** Of every size, and each with its number in it. */
const numbered = (i: number): Uint8Array => {
  const bytes = message(12 + ((i * 37) % 53), i);
  new DataView(bytes.buffer).setUint32(8, i, true);
  return bytes;
};
/** Asked for at once: a thread's last message and its end come in one turn, so who waits for the one misses the other. */
const exitOf = (worker: Worker): Promise<unknown[]> => once(worker, 'exit');
const same = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;

describe('a ring between two threads', () => {
  for (const [how, batch, many] of [
    ['one by one', 1, 3000],
    ['in batches that fill the ring', 64, MANY],
  ] as const)
    test(`carries ${many} messages there and back, ${how}, whole and in order, where both block when there is nothing`, async () => {
      const memory = ringMemory({ maxMessage: 64, slots: 64 });
      const worker = new Worker(file, { workerData: { kind: 'end', memory } });
      const exit = exitOf(worker);
      const end = new RingEnd(memory, 'driver', { dialect });
      const { reader, writer } = end;
      let sent = 0;
      let wrong = 0;
      for (let back = 0; back < many; ) {
        for (let i = 0; i < batch && sent < many && writer.write(numbered(sent)); i++) sent++;
        writer.publish();
        // Every message comes back, so none is waited for in vain; a wake-up that is lost would end this test by its limit.
        expect(end.wait(60_000)).toBe(true);
        for (let size = reader.take(); size > 0; size = reader.take(), back++)
          if (!same(reader.bytes.subarray(0, size), numbered(back))) wrong++;
      }
      end.close();
      expect([wrong, sent]).toEqual([0, many]);
      expect(await once(worker, 'message')).toEqual([{ peer: 'gone', fault: null }]);
      await exit;
      expect([end.fault, end.peer]).toEqual([null, 'gone']);
    });

  test('is a medium that carries as many between two event loops, full now and then, and ends in peace', async () => {
    const memory = ringMemory({ maxMessage: 64, slots: 64 });
    const worker = new Worker(file, { workerData: { kind: 'medium', memory } });
    const exit = exitOf(worker);
    const medium = new RingMedium(memory, 'driver', { dialect });
    let [sent, back, wrong, full] = [0, 0, 0, 0];
    const more = (): void => {
      while (sent < MANY && medium.send(numbered(sent)) === 'sent') sent++;
      if (sent < MANY) full++;
    };
    await new Promise<void>((done) => {
      medium.receive({
        message(bytes) {
          if (!same(bytes, numbered(back))) wrong++;
          if (++back === MANY) done();
        },
        writable: more,
        down: (reason) => expect(reason).toBeUndefined(),
      });
      more();
    });
    expect([wrong, full > 0]).toEqual([0, true]);
    const down = once(worker, 'message');
    medium.close();
    expect((await down)[0]).toMatchObject({ code: 'bus_down' });
    // Nothing keeps the thread alive any more.
    expect(await exit).toEqual([0]);
  });

  test('wakes a medium that sleeps, time after time', async () => {
    const memory = ringMemory({ maxMessage: 64, slots: 4 });
    const worker = new Worker(file, { workerData: { kind: 'medium', memory } });
    const exit = exitOf(worker);
    const medium = new RingMedium(memory, 'driver', { dialect });
    let heard = (): void => {};
    medium.receive({ message: () => heard(), writable() {}, down() {} });
    for (let i = 0; i < 20; i++) {
      const answer = new Promise<void>((done) => {
        heard = done;
      });
      expect(medium.send(numbered(i))).toBe('sent');
      await answer;
      // Long enough for both to have gone to sleep.
      await new Promise((done) => setTimeout(done, 5));
    }
    medium.close();
    await exit;
  });

  test('has a driver in one and its device in the other, with the memory between them', async () => {
    const [base, size] = [0x4000_0000, 1 << 20];
    const memory = ringMemory();
    const guest = new SharedArrayBuffer(size);
    const worker = new Worker(file, { workerData: { kind: 'disk', memory, guest, base } });
    const shared = new SharedMemory([{ base, bytes: new Uint8Array(guest) }]);
    const exit = exitOf(worker);
    const medium = new RingMedium(memory, 'driver', { dialect });
    const bus = await DriverBus.open({ medium, dialect: 'v1-2026', memory: { memory: shared, base, length: size } });
    const disk = new BlockDriver();
    await bus.bind(1, disk);
    const written = Uint8Array.from({ length: 4096 }, (_, i) => i * 7);
    await disk.write(8, written);
    expect(await disk.read(8, 8)).toEqual(written);
    await bus.close();
    expect(await exit).toEqual([0]);
  });
});
