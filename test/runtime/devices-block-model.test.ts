import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Bench } from './support/block-bench.js';
import { bytes, expectSame, joined, sector } from './support/block-bytes.js';
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
import { numbered } from './support/block-stores.js';
import { runs } from './support/properties.js';

/** What Virtio 1.3, 5.2.6 says a request does with a disk, and what is in the writable part afterwards. */
function carriedOut(disk: Uint8Array, type: number, at: bigint, data: Uint8Array, room: number): Uint8Array {
  const answer = new Uint8Array(room);
  if (room === 0) return answer;
  const capacity = BigInt(disk.length / 512);
  const end = (status: number): Uint8Array => {
    answer[room - 1] = status;
    return answer;
  };
  const inside = (from: bigint, length: number): boolean =>
    length % 512 === 0 && from + BigInt(length / 512) <= capacity;
  switch (type) {
    case IN:
      if (!inside(at, room - 1)) return end(IOERR);
      answer.set(disk.subarray(Number(at) * 512, Number(at) * 512 + room - 1));
      return end(OK);
    case OUT:
      if (!inside(at, data.length)) return end(IOERR);
      disk.set(data, Number(at) * 512);
      return end(OK);
    case FLUSH:
      return end(OK);
    case GET_ID:
      if (room !== 21) return end(IOERR);
      answer[0] = 'x'.charCodeAt(0);
      return end(OK);
    case DISCARD:
    case WRITE_ZEROES: {
      // 4 segments of 8192 sectors is what the configuration says.
      if (data.length === 0 || data.length % 16 !== 0 || data.length > 4 * 16) return end(IOERR);
      const view = new DataView(data.buffer, data.byteOffset);
      const segments = Array.from({ length: data.length / 16 }, (_, i) => ({
        from: view.getBigUint64(16 * i, true),
        count: view.getUint32(16 * i + 8, true),
        flags: view.getUint32(16 * i + 12, true),
      }));
      const allowed = type === DISCARD ? [0] : [0, 1];
      if (!segments.every(({ flags }) => allowed.includes(flags))) return end(UNSUPP);
      if (!segments.every(({ from, count }) => count <= 8192 && inside(from, 512 * count))) return end(IOERR);
      for (const { from, count } of segments) disk.fill(0, Number(from) * 512, (Number(from) + count) * 512);
      return end(OK);
    }
    default:
      return end(UNSUPP);
  }
}

describe('a block device', () => {
  test('does what the text says for whatever a driver sends', async () => {
    const requests = fc.record({
      type: fc.constantFrom(IN, OUT, FLUSH, GET_ID, DISCARD, WRITE_ZEROES, 2, 10, 14, 0xffff_ffff),
      at: fc.constantFrom(0n, 1n, 2n, 3n, 4n, 5n, 2n ** 32n, 2n ** 53n, 2n ** 64n - 1n),
      data: fc.oneof(
        fc.constantFrom(0, 1, 15, 511, 512, 1024, 1025, 2048).map((length) => bytes(length)),
        fc
          .array(
            fc.tuple(
              fc.constantFrom(0n, 1n, 3n, 4n, 2n ** 64n - 1n),
              fc.constantFrom(0, 1, 2, 4, 5, 0xffff_ffff),
              fc.constantFrom(0, 0, 0, 1, 2),
            ),
            { maxLength: 6 },
          )
          .map((list) => joined(...list.map((segment) => range(...segment)))),
      ),
      room: fc.constantFrom(0, 1, 2, 17, 21, 512, 513, 1025, 2049),
      cut: fc.nat(40),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(requests, { minLength: 1, maxLength: 4 }), async (list) => {
        const store = numbered(4);
        const bench = new Bench({ store, id: 'x' });
        const disk = sector(1, 2, 3, 4);
        for (const { type, at, data, room, cut } of list) {
          const whole = joined(header(type, at), data);
          const parts = cut < whole.length ? [whole.subarray(0, cut), whole.subarray(cut)] : [whole];
          const { length, bytes: got } = await bench.ask(parts, room > 2 ? [1, room - 1] : [room]);
          const expected = carriedOut(disk, type, at, data, room);
          expect(length).toBe(room);
          expect(got).toEqual(expected);
          const now = new Uint8Array(2048);
          store.read(0, now);
          expectSame(now, disk);
        }
        expect(bench.failed).toBe(null);
      }),
      runs(),
    );
  });
});
