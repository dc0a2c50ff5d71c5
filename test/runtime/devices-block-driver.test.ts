import { open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { BlockDevice } from '../../runtime/dist/devices/block/block-device.js';
import { FileStore } from '../../runtime/dist/devices/block/file-store.js';
import { MemoryStore } from '../../runtime/dist/devices/block/memory-store.js';
import { bound } from './support/block-bound.js';
import { bytes, expectSame, joined, sector } from './support/block-bytes.js';
import { numbered, SlowStore } from './support/block-stores.js';
import { until } from './support/turns.js';

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
    const device = new BlockDevice({ store: numbered(200) });
    const { driver } = await bound(device, {}, { dialect, devices: [1] });
    await driver.write(3, sector(0x55, 0x66));
    expect(await driver.read(2, 4)).toEqual(sector(3, 0x55, 0x66, 6));
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
});
