import { describe, expect, test } from 'vitest';
import { BlockDevice } from '../../runtime/dist/devices/block/block-device.js';
import { MemoryStore } from '../../runtime/dist/devices/block/memory-store.js';
import { bound } from './support/block-bound.js';
import { bytes, expectSame, joined, sector } from './support/block-bytes.js';
import { numbered, SlowStore } from './support/block-stores.js';
import { quiet, until } from './support/turns.js';

describe('a block driver and a block device', () => {
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
});
