import { describe, expect, test } from 'vitest';
import { BlockDevice } from '../../runtime/dist/devices/block/block-device.js';
import { BlockDriver } from '../../runtime/dist/devices/block/block-driver.js';
import type { DriverServices } from '../../runtime/dist/driver/driver.js';
import type { DriverPort } from '../../runtime/dist/driver/driver-port.js';
import { bound } from './support/block-bound.js';
import { sector } from './support/block-bytes.js';
import { numbered, SlowStore } from './support/block-stores.js';
import { quiet, until } from './support/turns.js';

describe('a block driver and a block device', () => {
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
    const before = (): void => {
      store.resize(9);
      device.resize();
    };
    const { driver } = await bound(device, {}, { before });
    await until(() => driver.capacity === 9);
    expect(await driver.read(3, 2)).toEqual(sector(4, 0));
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
