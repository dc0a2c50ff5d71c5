import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type FramerSink, StreamFramer } from '../../runtime/dist/medium/stream-framer.js';
import {
  newStream,
  type StreamContext,
  type StreamEvent,
  type StreamState,
  stream,
} from '../../runtime/dist/medium/stream-machine.js';
import { DIALECTS } from '../../runtime/dist/wire/dialects.js';
import { runs } from './support/properties.js';
import { walk } from './support/walk.js';

const limits = { partialMessage: 10_000 };

describe('the table of the stream bus', () => {
  it('takes every row with every outcome of its guard, arms once per message, and is silent at its end', () => {
    const context = newStream({ headerSize: 8, maxMessage: 20, ...limits });
    const sizes = [0, 7, 8, 12, 20, 21, 65535];
    const events = (): StreamEvent[] => [
      ...[1, 7].map((there) => ({ type: 'bytes', there, size: 0 }) as const),
      ...[8, 11, 12, 20, 40].flatMap((there) => sizes.map((size) => ({ type: 'bytes', there, size }) as const)),
      { type: 'timer', timer: 'partial' },
      { type: 'peer_closed' },
      { type: 'close' },
    ];
    const { missing } = walk<StreamState, StreamContext, StreamEvent, { readonly type: string }>(
      stream,
      { starts: [{ state: 'header', context }], events, depth: 8 },
      (before, event, effects, after) => {
        const types = effects.map((e) => e.type);
        if (types.includes('arm')) expect(before.context.waiting).toBe(false);
        if (types.includes('cancel')) expect(before.context.waiting).toBe(true);
        if (before.state === 'dead' || before.state === 'closed') expect(effects).toEqual([]);
        if (after.state === 'dead' || after.state === 'closed') expect(after.context.waiting).toBe(false);
        if (after.state === 'dead' && before.state !== 'dead') expect(types.filter((t) => t === 'dead').length).toBe(1);
        if (types.includes('message')) {
          expect(event.type === 'bytes' && event.there >= before.context.size).toBe(true);
          expect(after.state).toBe('header');
        }
      },
    );
    expect(missing).toEqual([]);
  });
});

/** Everything a framer says, and whether its timer runs. */
class Log implements FramerSink {
  readonly messages: Uint8Array[] = [];
  readonly views: Uint8Array[] = [];
  readonly ends: string[] = [];
  armed = false;

  message(bytes: Uint8Array): void {
    expect(this.armed).toBe(false);
    this.views.push(bytes);
    this.messages.push(new Uint8Array(bytes));
  }
  arm(): void {
    expect(this.armed).toBe(false);
    this.armed = true;
  }
  cancel(): void {
    expect(this.armed).toBe(true);
    this.armed = false;
  }
  dead(code: string): void {
    this.ends.push(code);
  }
  down(): void {
    this.ends.push('down');
  }
}

function frame(headerSize: number, size: number, fill: number): Uint8Array {
  const bytes = new Uint8Array(size).fill(fill);
  new DataView(bytes.buffer).setUint16(headerSize - 2, size, true);
  return bytes;
}

/** Cuts bytes at the given fractions of their length, each piece in memory of its own. */
function cut(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const borders = [0, ...places.map((p) => Math.floor(p * bytes.length)).sort((a, b) => a - b), bytes.length];
  return borders.slice(1).map((end, i) => bytes.slice(borders[i], end));
}

/** What is in a stream, said as plainly as possible: the messages, and whether it goes on, breaks or stops inside one. */
function plainly(bytes: Uint8Array, headerSize: number, maxMessage: number) {
  const messages: Uint8Array[] = [];
  let at = 0;
  for (;;) {
    const rest = bytes.subarray(at);
    if (rest.length === 0) return { messages, end: 'boundary' };
    if (rest.length < headerSize) return { messages, end: 'inside' };
    const size = rest[headerSize - 2]! + 256 * rest[headerSize - 1]!;
    if (size < headerSize || size > maxMessage) return { messages, end: 'broken' };
    if (rest.length < size) return { messages, end: 'inside' };
    messages.push(rest.slice(0, size));
    at += size;
  }
}

const places = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 40 });
const kinds = fc.constantFrom(DIALECTS.rfc2, DIALECTS['v1-2026']);

describe('the stream framer', () => {
  it('gives back what was sent, however it is cut, and copies only what a border divides', () => {
    const lengths = fc.array(fc.tuple(fc.integer({ min: 0, max: 256 }), fc.integer({ min: 0, max: 255 })), {
      maxLength: 30,
    });
    fc.assert(
      fc.property(kinds, lengths, places, (dialect, specs, where) => {
        const sent = specs.map(([more, fill]) => frame(dialect.headerSize, dialect.headerSize + more, fill));
        const chunks = cut(Buffer.concat(sent), where);
        const log = new Log();
        const framer = new StreamFramer({ dialect, maxMessage: 264, limits }, log);
        for (const chunk of chunks) framer.take(chunk);
        expect(log.messages).toEqual(sent);
        expect(log.armed).toBe(false);
        const divided = new Set(log.views.map((v) => v.buffer).filter((b) => !chunks.some((c) => c.buffer === b)));
        expect(divided.size).toBeLessThanOrEqual(1);
        for (const buffer of divided) expect(buffer.byteLength).toBe(264);
        let start = 0;
        const borders = new Set(chunks.map((_, i) => chunks.slice(0, i + 1).reduce((n, c) => n + c.length, 0)));
        for (const [i, bytes] of sent.entries()) {
          const inside = [...borders].some((b) => b > start && b < start + bytes.length);
          expect(divided.has(log.views[i]!.buffer)).toBe(inside);
          start += bytes.length;
        }
        framer.peerClosed();
        expect(log.ends).toEqual(['down']);
      }),
      runs(3000),
    );
  });

  it('agrees with a plain reading of any bytes at all, and never throws', () => {
    const small = fc.constantFrom(0, 0, 1, 6, 7, 8, 9, 12, 20, 21, 255);
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 400 }),
      fc.array(small, { maxLength: 400 }).map((a) => Uint8Array.from(a)),
    );
    fc.assert(
      fc.property(kinds, bytes, places, fc.integer({ min: 8, max: 300 }), (dialect, all, where, maxMessage) => {
        const expected = plainly(all, dialect.headerSize, maxMessage);
        const log = new Log();
        const framer = new StreamFramer({ dialect, maxMessage, limits }, log);
        for (const chunk of cut(all, where)) framer.take(chunk);
        expect(log.messages).toEqual(expected.messages);
        expect(log.armed).toBe(expected.end === 'inside');
        expect(log.ends).toEqual(expected.end === 'broken' ? ['bad_header'] : []);
        framer.peerClosed();
        const last = { boundary: 'down', inside: 'bad_size', broken: 'bad_header' }[expected.end];
        expect(log.ends).toEqual([last]);
        framer.take(all);
        framer.timeout();
        framer.close();
        expect(log.ends).toEqual([last]);
        expect(log.armed).toBe(false);
      }),
      runs(3000),
    );
  });

  it('stops in the middle of a chunk when it is closed from within a message', () => {
    const log = new Log();
    const framer = new StreamFramer(
      { dialect: DIALECTS.rfc3, maxMessage: 264, limits },
      {
        message: (bytes) => {
          log.message(bytes);
          framer.close();
        },
        arm: () => log.arm(),
        cancel: () => log.cancel(),
        dead: (code) => log.dead(code),
        down: () => log.down(),
      },
    );
    framer.take(Buffer.concat([frame(8, 9, 1), frame(8, 9, 2)]));
    framer.peerClosed();
    expect(log.messages).toEqual([frame(8, 9, 1)]);
    expect(log.ends).toEqual([]);
  });

  it('refuses a largest message that has no header or that msg_size cannot say', () => {
    for (const maxMessage of [7, 65536, 8.5, Number.NaN])
      expect(() => new StreamFramer({ dialect: DIALECTS.rfc3, maxMessage, limits }, new Log())).toThrow(RangeError);
  });
});
