import { describe, expect, test } from 'vitest';
import { BlockDevice } from '../../runtime/dist/devices/block/block-device.js';
import type { BlockDeviceOptions } from '../../runtime/dist/devices/block/device-options.js';
import type { BlockStore } from '../../runtime/dist/devices/block/store.js';
import { Bench } from './support/block-bench.js';
import { sector } from './support/block-bytes.js';
import { F, FLUSH, header, OK, OUT, range, UNSUPP, WRITE_ZEROES } from './support/block-request.js';
import { numbered, SlowStore } from './support/block-stores.js';
import { quiet, until } from './support/turns.js';

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
