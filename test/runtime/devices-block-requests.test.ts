import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Bench } from './support/block-bench.js';
import { bytes, joined, sector } from './support/block-bytes.js';
import {
  DISCARD,
  FLUSH,
  GET_ID,
  header,
  IN,
  IOERR,
  OK,
  OUT,
  range,
  UNSUPP,
  WRITE_ZEROES,
} from './support/block-request.js';
import { numbered, SlowStore } from './support/block-stores.js';
import { runs } from './support/properties.js';
import { until } from './support/turns.js';

describe('a block device', () => {
  test('reads, and says so in the last writable byte', async () => {
    const bench = new Bench({ store: numbered(4) });
    expect(await bench.ask([header(IN, 1)], [1024, 1])).toEqual({
      length: 1025,
      bytes: joined(sector(2, 3), Uint8Array.of(OK)),
      status: OK,
    });
  });

  test('writes', async () => {
    const store = numbered(4);
    const { length, status } = await new Bench({ store }).ask([header(OUT, 2), sector(0xaa)]);
    expect([length, status]).toEqual([1, OK]);
    const all = new Uint8Array(2048);
    store.read(0, all);
    expect(all).toEqual(sector(1, 2, 0xaa, 4));
  });

  test('assumes nothing about where descriptors begin and end', async () => {
    const whole = joined(header(OUT, 1), sector(7, 8));
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: whole.length }), { maxLength: 5 }),
        fc.array(fc.integer({ min: 0, max: 1025 }), { maxLength: 5 }),
        async (cutsOut, cutsIn) => {
          const bench = new Bench({ store: numbered(4) });
          const at = (cuts: number[], end: number) => [0, ...cuts.sort((a, b) => a - b), end];
          const out = at(cutsOut, whole.length);
          const written = await bench.ask(out.slice(1).map((end, i) => whole.subarray(out[i], end)));
          expect(written.status).toBe(OK);
          const back = at(cutsIn, 1025);
          const read = await bench.ask(
            [header(IN, 1).subarray(0, 5), header(IN, 1).subarray(5)],
            back.slice(1).map((end, i) => end - back[i]!),
          );
          expect(read).toEqual({ length: 1025, bytes: joined(sector(7, 8), Uint8Array.of(OK)), status: OK });
        },
      ),
      runs(),
    );
  });

  test('takes the status of a read from the same descriptor as the data', async () => {
    const { bytes: all, length } = await new Bench({ store: numbered(2) }).ask([header(IN, 0)], [513]);
    expect([all, length]).toEqual([joined(sector(1), Uint8Array.of(OK)), 513]);
  });

  test('reads nothing where there is no room for data', async () => {
    const bench = new Bench({ store: numbered(2) });
    expect(await bench.ask([header(IN, 0)])).toMatchObject({ length: 1, status: OK });
    expect(await bench.ask([header(OUT, 0)])).toMatchObject({ length: 1, status: OK });
    expect(await bench.ask([header(OUT, 0), new Uint8Array(0)])).toMatchObject({ length: 1, status: OK });
    expect(await bench.ask([header(IN, 2)])).toMatchObject({ status: OK });
    expect(await bench.ask([header(IN, 3)])).toMatchObject({ status: IOERR });
  });

  test('gives a request without room for the status back with length 0, and does nothing', async () => {
    const store = new SlowStore(numbered(2));
    const bench = new Bench({ store });
    expect((await bench.ask([header(OUT, 0), sector(9)], [])).length).toBe(0);
    expect((await bench.ask([header(FLUSH)], [0])).length).toBe(0);
    expect(store.log).toEqual([]);
    expect(bench.queue.faultCounts.q_request).toBe(2);
    expect(bench.failed).toBe(null);
  });

  test.each([
    ['nothing', new Uint8Array(0)],
    ['one byte less', header(OUT, 0).subarray(0, 15)],
  ])('answers a header of %s with an error', async (_what, head) => {
    const { status, length } = await new Bench({ store: numbered(2) }).ask(head.length > 0 ? [head] : [], [1]);
    expect([status, length]).toEqual([IOERR, 1]);
  });

  test.each([
    ['read', IN, 511],
    ['read', IN, 513],
    ['read', IN, 1],
    ['write', OUT, 511],
    ['write', OUT, 1025],
  ])('answers a %s of no whole number of sectors with an error', async (_what, type, length) => {
    const store = new SlowStore(numbered(4));
    const bench = new Bench({ store });
    const answer =
      type === IN
        ? await bench.ask([header(type, 0)], [length, 1])
        : await bench.ask([header(type, 0), bytes(length)], [1]);
    expect(answer.status).toBe(IOERR);
    expect(store.log).toEqual([]);
  });

  test.each([
    4n,
    3n,
    0x7fff_ffffn,
    0xffff_ffffn,
    0x1_0000_0000n,
    2n ** 44n,
    2n ** 53n - 1n,
    2n ** 53n,
    2n ** 55n,
    2n ** 63n,
    2n ** 64n - 2n,
    2n ** 64n - 1n,
  ])('reads and writes nothing at sector %s of 4, two at a time', async (at) => {
    const store = new SlowStore(numbered(4));
    const bench = new Bench({ store });
    expect(await bench.ask([header(IN, at)], [1024, 1])).toEqual({
      length: 1025,
      bytes: joined(new Uint8Array(1024), Uint8Array.of(IOERR)),
      status: IOERR,
    });
    expect((await bench.ask([header(OUT, at), sector(1, 2)])).status).toBe(IOERR);
    expect((await bench.ask([header(WRITE_ZEROES), range(at, 2)])).status).toBe(IOERR);
    expect((await bench.ask([header(DISCARD), range(at, 2)])).status).toBe(IOERR);
    expect(store.log).toEqual([]);
  });

  test.each([
    2, 3, 5, 6, 7, 9, 10, 12, 14, 15, 16, 18, 20, 22, 24, 26, 255, 0x100, 0x8000_0000, 0x8000_0001, 0xffff_ffff,
  ])('does not know requests of type %i', async (type) => {
    const store = new SlowStore(numbered(4));
    const bench = new Bench({ store });
    expect(await bench.ask([header(type, 0)], [8, 1])).toEqual({
      length: 9,
      bytes: Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, UNSUPP),
      status: UNSUPP,
    });
    expect(store.log).toEqual([]);
  });

  test.each([
    ['write', OUT, sector(9)],
    ['discard', DISCARD, range(0, 1)],
    ['write zeroes', WRITE_ZEROES, range(0, 1)],
  ])('answers a %s with an error where it is read-only, and writes nothing', async (_what, type, data) => {
    const store = new SlowStore(numbered(2));
    const { status, length } = await new Bench({ store, readOnly: true }).ask([header(type, 0), data]);
    expect([status, length]).toEqual([IOERR, 1]);
    expect(store.log).toEqual([]);
  });

  test('tells its id, filled up with NUL, without one where there is no room', async () => {
    const id = async (text: string) =>
      Buffer.from((await new Bench({ store: numbered(1), id: text }).ask([header(GET_ID)], [20, 1])).bytes).toString();
    expect(await id('disk')).toBe(`disk${'\0'.repeat(16)}\0`);
    expect(await id('exactly-20-character')).toBe('exactly-20-character\0');
    expect(await id('')).toBe('\0'.repeat(21));
  });

  test.each([0, 19, 21])('tells its id into 20 bytes, not %i', async (room) => {
    expect((await new Bench({ store: numbered(1) }).ask([header(GET_ID)], [room, 1])).status).toBe(IOERR);
  });

  test('knows what was not negotiated as little as what does not exist', async () => {
    const store = new SlowStore(numbered(4));
    const bench = new Bench({ store }, []);
    for (const [type, data] of [
      [DISCARD, range(0, 1)],
      [WRITE_ZEROES, range(0, 1)],
      [FLUSH, new Uint8Array(0)],
    ] as const)
      expect((await bench.ask([header(type), data])).status).toBe(UNSUPP);
    expect(store.log).toEqual([]);
  });

  test('reads every byte of a request once', async () => {
    const bench = new Bench({ store: numbered(4) });
    for (const data of [
      [header(OUT, 1), sector(1, 2)],
      [header(DISCARD), range(0, 1), range(2, 1)],
      [header(FLUSH), bytes(40)],
    ])
      await bench.ask(data);
    expect(bench.memory.reads.size).toBeGreaterThan(1000);
    expect([...bench.memory.reads.values()].every((times) => times === 1)).toBe(true);
  });

  test('decides on the header as it was, whatever it becomes', async () => {
    const store = new SlowStore(numbered(4));
    const bench = new Bench({ store });
    const answer = bench.offer([header(IN, 0)], [512, 1]);
    bench.port.wake();
    await until(() => store.waiting.length === 1);
    bench.ring.bytes.set(header(OUT, 2n ** 60n), 0x8000);
    store.waiting[0]!.go();
    await until(() => bench.ring.usedIdx === 1);
    expect(answer().bytes).toEqual(joined(sector(1), Uint8Array.of(OK)));
  });
});
