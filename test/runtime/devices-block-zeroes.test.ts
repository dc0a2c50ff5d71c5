import { describe, expect, test } from 'vitest';
import { MemoryStore } from '../../runtime/dist/devices/block/memory-store.js';
import type { BlockStore } from '../../runtime/dist/devices/block/store.js';
import { Bench } from './support/block-bench.js';
import { joined, sector } from './support/block-bytes.js';
import { DISCARD, header, IN, IOERR, OK, range, UNSUPP, WRITE_ZEROES } from './support/block-request.js';
import { numbered, SlowStore } from './support/block-stores.js';

describe('a block device', () => {
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
});
