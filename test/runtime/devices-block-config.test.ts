import { describe, expect, test } from 'vitest';
import { BlockDevice } from '../../runtime/dist/devices/block/block-device.js';
import { F } from './support/block-request.js';
import { numbered } from './support/block-stores.js';

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
});
