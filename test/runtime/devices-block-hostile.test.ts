import { describe, expect, test } from 'vitest';
import type { Device } from '../../runtime/dist/host/device.js';
import { bound } from './support/block-bound.js';
import { sector } from './support/block-bytes.js';
import { F } from './support/block-request.js';

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
