import { describe, expect, test } from 'vitest';
import { MemoryStore } from '../../runtime/dist/devices/block/memory-store.js';
import type { BlockStore } from '../../runtime/dist/devices/block/store.js';
import { Bench } from './support/block-bench.js';
import { bytes, expectSame, joined, sector } from './support/block-bytes.js';
import { DISCARD, FLUSH, header, IN, IOERR, OK, OUT, range, WRITE_ZEROES } from './support/block-request.js';
import { numbered, SlowStore } from './support/block-stores.js';
import { quiet, until } from './support/turns.js';

describe('a block device', () => {
  test.each([
    [IN, [header(IN, 0)], [1024, 1], joined(new Uint8Array(1024), Uint8Array.of(IOERR))],
    [OUT, [header(OUT, 0), sector(1)], [1], Uint8Array.of(IOERR)],
    [FLUSH, [header(FLUSH)], [1], Uint8Array.of(IOERR)],
    [DISCARD, [header(DISCARD), range(0, 1)], [1], Uint8Array.of(IOERR)],
  ])('answers request %i with an error where the store fails', async (_type, readable, writable, expected) => {
    const store = new SlowStore(numbered(4));
    const reasons: unknown[] = [];
    const bench = new Bench({ store, failed: (reason) => reasons.push(reason) });
    const answering = bench.ask(readable, writable);
    await until(() => store.waiting.length === 1);
    const error = new Error('no such disk');
    store.waiting[0]!.go(error);
    expect(await answering).toEqual({ length: expected.length, bytes: expected, status: IOERR });
    expect(reasons).toEqual([error]);
    expect(bench.failed).toBe(null);
  });

  test('answers with an error where the store became smaller and nobody said so', async () => {
    const store = numbered(4);
    const bench = new Bench({ store });
    store.resize(2);
    expect(await bench.ask([header(IN, 1)], [1024, 1])).toEqual({
      length: 1025,
      bytes: joined(new Uint8Array(1024), Uint8Array.of(IOERR)),
      status: IOERR,
    });
    expect((await bench.ask([header(OUT, 1), sector(8, 9)])).status).toBe(IOERR);
    expect((await bench.ask([header(WRITE_ZEROES), range(1, 2)])).status).toBe(IOERR);
    expect((await bench.ask([header(IN, 1)], [512, 1])).bytes).toEqual(joined(sector(2), Uint8Array.of(OK)));
  });

  test('answers with an error where the store throws', async () => {
    const store: BlockStore = {
      sectors: 4,
      read() {
        throw new Error('broken');
      },
      write() {
        throw new Error('broken');
      },
    };
    const bench = new Bench({ store });
    expect((await bench.ask([header(IN, 0)], [512, 1])).status).toBe(IOERR);
    expect((await bench.ask([header(WRITE_ZEROES), range(0, 1)])).status).toBe(IOERR);
  });

  test('gives requests back in the order the store is done with them', async () => {
    const store = new SlowStore(numbered(4));
    const bench = new Bench({ store });
    const answers = [0, 1, 2].map((at) => bench.offer([header(IN, at)], [512, 1]));
    bench.port.wake();
    await until(() => store.waiting.length === 3);
    for (const i of [2, 0, 1]) {
      store.waiting[i]!.go();
      await quiet();
      expect(answers.map((answer) => answer().length === 513)[i]).toBe(true);
    }
    expect([0, 1, 2].map((slot) => bench.ring.used(slot)[0])).toEqual([6, 0, 3]);
    expect(answers.map((answer) => answer().bytes[0])).toEqual([1, 2, 3]);
  });

  test('touches neither memory nor store once it was reset, and has stopped when the store has', async () => {
    const store = new SlowStore(new MemoryStore(bytes(512 * 400)));
    const bench = new Bench({ store });
    bench.offer([header(IN, 0)], [512, 1]);
    bench.offer([header(OUT, 4), sector(1)], [1]);
    // Two steps: the second must not come.
    const long = joined(header(OUT, 9), new Uint8Array(1024));
    bench.offer([long], [1]);
    bench.port.wake();
    await until(() => store.waiting.length === 3);
    bench.abort.abort();
    bench.port.end();
    let stopped = false;
    const stopping = Promise.resolve(bench.device.stop()).then(() => {
      stopped = true;
    });
    const before = bench.ring.bytes.slice();
    const asked = store.log.length;
    store.waiting[1]!.go();
    store.waiting[0]!.go();
    await quiet();
    expect(stopped).toBe(false);
    store.waiting[2]!.go(new Error('late'));
    await stopping;
    await quiet();
    expectSame(bench.ring.bytes, before);
    expect(store.log.length).toBe(asked);
    expect(store.log).not.toContain('flush');
  });

  test('stops at once where nothing is under way', () => {
    const bench = new Bench({ store: numbered(4) });
    expect(bench.device.stop()).toBe(undefined);
  });
});
