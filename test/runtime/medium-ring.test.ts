import { DIALECTS, type Dialect, RingEnd, ringMemory } from '@virtio-wire/runtime';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { message } from './support/medium-contract.js';
import { runs } from './support/properties.js';

const dialect: Dialect = DIALECTS['v1-2026'];

function pair(slots: number, maxMessage = 64): readonly [RingEnd, RingEnd] {
  const memory = ringMemory({ slots, maxMessage });
  return [new RingEnd(memory, 'driver', { dialect }), new RingEnd(memory, 'device', { dialect })];
}

/** A copy of the message taken next; null where there is none. */
function taken({ reader }: RingEnd): Uint8Array | null {
  const size = reader.take();
  return size <= 0 ? null : reader.bytes.slice(0, size);
}

describe('a ring', () => {
  test('shows nothing before it is published, then all of it, in order', () => {
    const [a, b] = pair(8);
    for (let i = 0; i < 5; i++) expect(a.writer.write(message(20 + i, i))).toBe(true);
    expect(b.reader.waits()).toBe(false);
    expect(taken(b)).toBeNull();
    a.writer.publish();
    for (let i = 0; i < 5; i++) expect(taken(b)).toEqual(message(20 + i, i));
    expect(taken(b)).toBeNull();
  });

  test('takes a message encoded where it will be read from', () => {
    const [a, b] = pair(4);
    const p = a.writer.reserve();
    const ping = { name: 'PING', kind: 'request', device: 0, token: 7, fields: { data: 0x12345678 } } as const;
    expect(dialect.encode(a.writer.view, p, ping)).toBe(12);
    a.writer.push();
    a.writer.publish();
    expect(dialect.decode(b.reader.view, 0, b.reader.take())).toEqual(ping);
  });

  test('shows a message where it was written, and gives its slot back when it is done with', () => {
    const [a, b] = pair(4);
    const { reader } = b;
    expect([reader.peek(), a.writer.room()]).toEqual([-1, 3]);
    expect(() => reader.next()).toThrow('next without a message');
    for (let i = 0; i < 9; i++) {
      const p = a.writer.reserve();
      a.writer.write(message(20 + i, i));
      a.writer.publish();
      // Asked twice, it is the same message.
      expect([reader.peek(), reader.peek(), reader.size]).toEqual([p, p, 20 + i]);
      expect(new Uint8Array(reader.ring.buffer, p, reader.size)).toEqual(message(20 + i, i));
      reader.next();
      expect(reader.peek()).toBe(-1);
    }
    expect([a.writer.room(), b.fault]).toEqual([3, null]);
  });

  test('does not let a message be pushed without room', () => {
    const [a] = pair(2);
    a.writer.write(message(8, 0));
    expect(a.writer.reserve()).toBe(-1);
    expect(() => a.writer.push()).toThrow('push without room');
  });

  test('leaves nothing of a longer message in a shorter one', () => {
    const [a, b] = pair(2);
    for (const size of [64, 9, 8, 33]) {
      a.writer.write(message(size, size));
      a.writer.publish();
      expect(taken(b)).toEqual(message(size, size));
    }
  });

  test('gives slots back before it is empty, so that a slow reader does not stop the writer', () => {
    const [a, b] = pair(16);
    while (a.writer.write(message(8, 0)));
    a.writer.publish();
    expect(a.writer.room()).toBe(0);
    for (let i = 0; i < 5; i++) b.reader.take();
    expect(a.writer.room()).toBe(4);
  });

  test('carries both directions over every wrap and batch as queues would', () => {
    const action = fc.oneof(
      { weight: 4, arbitrary: fc.record({ do: fc.constant('write'), size: fc.integer({ min: 8, max: 64 }) }) },
      { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('publish', 'release'), size: fc.constant(0) }) },
      { weight: 3, arbitrary: fc.record({ do: fc.constant('take'), size: fc.integer({ min: 1, max: 9 }) }) },
    );
    const sided = fc.tuple(fc.nat(1), action);
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 9 }), fc.array(sided, { maxLength: 120 }), (slots, actions) => {
        const ends = pair(slots);
        // Of each writer: pushed and not shown; shown and not taken; taken and, as far as the writer may know, not given back.
        const model = ends.map(() => ({ pushed: [] as Uint8Array[], shown: [] as Uint8Array[], room: slots - 1 }));
        let fill = 0;
        for (const [side, { do: what, size }] of actions) {
          const out = model[side]!;
          const into = model[1 - side]!;
          if (what === 'write') {
            const bytes = message(size, ++fill);
            const there = out.pushed.length + out.shown.length;
            const took = ends[side]!.writer.write(bytes);
            // Slots that were taken may still be kept by the reader; those that were not must not be written over.
            if (there >= slots - 1) expect(took).toBe(false);
            if (took) out.pushed.push(bytes);
          } else if (what === 'publish') {
            ends[side]!.writer.publish();
            out.shown.push(...out.pushed.splice(0));
          } else if (what === 'release') {
            ends[side]!.reader.release();
            const held = into.pushed.length + into.shown.length;
            expect(ends[1 - side]!.writer.room()).toBe(slots - 1 - held);
          } else for (let i = 0; i < size; i++) expect(taken(ends[side]!)).toEqual(into.shown.shift() ?? null);
        }
        for (const end of ends) expect(end.fault).toBeNull();
      }),
      runs(),
    );
  });
});
