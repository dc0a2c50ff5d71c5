import * as rfc3 from '@virtio-wire/codecs/virtio-msg/rfc3';
import { type DialectIndex, decode, IrStore, isRefused, loadCodecs, VectorRunner } from '@virtio-wire/generator';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DIALECTS, malformed, traceLines, traceNames, vectors } from './support/vectors.js';
import { root } from './support/vwire.js';

const store = new IrStore(`${root}generated/ir`);

interface Codec {
  check(view: DataView, p: number, end: number): number;
  decodeExact(view: DataView, p: number, end: number): object;
  decode(
    view: DataView,
    p: number,
    end: number,
  ): { name: string } | { wireError: 1; code: string; field: string; offset: number };
  decodeStream(view: DataView, p: number, end: number, handler: object): number;
  handler(partial: object): object;
}

interface Loaded {
  readonly index: DialectIndex;
  readonly codec: Codec;
  readonly subjects: ReturnType<typeof VectorRunner.subjects>;
}

const load = async (dialect: string): Promise<Loaded> => {
  const index = store.dialect(dialect)?.index as DialectIndex;
  const module = await loadCodecs(index.ir);
  return { index, codec: module as unknown as Codec, subjects: VectorRunner.subjects(index, module) };
};

describe('interpreter, object codec, view codec and flyweight', () => {
  it('agree with every vector of every dialect, decoding and encoding', async () => {
    const runner = new VectorRunner(store);
    await runner.file('virtio-msg.json', vectors as never);
    expect(runner.run.failures).toEqual([]);
    for (const dialect of DIALECTS) {
      const count = runner.run.dialects.get(dialect);
      expect(count?.vectors).toBe(vectors.filter((v) => v.dialect === dialect).length);
      expect(count?.checks).toBeGreaterThan(5 * (count?.vectors ?? 0));
    }
  });

  it('agree on malformed messages, error codes, fields and numbers included', async () => {
    const runner = new VectorRunner(store);
    await runner.file('virtio-msg-malformed.json', malformed as never);
    expect(runner.run.failures).toEqual([]);
  });

  it('agree on every frame of every capture', async () => {
    const runner = new VectorRunner(store);
    for (const name of traceNames)
      await runner.file(
        name,
        traceLines(name).map((line) => JSON.parse(line)),
      );
    expect(runner.run.failures).toEqual([]);
    expect([...runner.run.dialects.values()].reduce((n, c) => n + c.checks, 0)).toBeGreaterThan(5000);
  });

  it.each(DIALECTS)('of %s: decodeExact is decode, except that it refuses surplus bytes', async (dialect) => {
    const { index, codec } = await load(dialect);
    for (const vector of vectors.filter((v) => v.dialect === dialect)) {
      const bytes = Uint8Array.from(Buffer.from(vector.hex, 'hex'));
      const exact = codec.decodeExact(new DataView(bytes.buffer), 0, bytes.length);
      expect(exact).toEqual(codec.decode(new DataView(bytes.buffer), 0, bytes.length));
      if (index.sizeField === null) continue;
      const longer = new DataView(Uint8Array.from([...bytes, 1, 2, 3]).buffer);
      longer.setUint16(index.sizeField.offset, bytes.length + 3, true);
      expect(codec.decode(longer, 0, bytes.length + 3)).toMatchObject({ surplus: 3 });
      expect(codec.decodeExact(longer, 0, bytes.length + 3)).toMatchObject({
        wireError: 1,
        code: 'surplus',
        offset: bytes.length,
        expected: bytes.length,
        got: bytes.length + 3,
      });
    }
  });

  it.each(DIALECTS)('agree on every truncation of every %s vector', async (dialect) => {
    const loaded = await load(dialect);
    for (const vector of vectors.filter((v) => v.dialect === dialect)) {
      const bytes = Buffer.from(vector.hex, 'hex');
      for (let length = 0; length < bytes.length; length++)
        expectAgreement(loaded, Uint8Array.from(bytes.subarray(0, length)));
      const named = loaded.index.byKey(`${vector.class}.${vector.message}.${vector.kind}`);
      expect(VectorRunner.disagreements(loaded.index, loaded.subjects, Uint8Array.from(bytes), named)).toEqual([]);
    }
  });

  it.each(DIALECTS)('agree on %s messages drawn from the message table with boundary values', async (dialect) => {
    const loaded = await load(dialect);
    const { index } = loaded;
    const { headerSize } = index.ir.framing;
    const boundary = fc.constantFrom(0, 1, 2, 3, 7, 8, 0x7f, 0x80, 0xff);
    const drawn = fc.record({
      body: fc.constantFrom(...index.ir.bodies),
      typeNoise: fc.constantFrom(0, 0, 0, 1, 2, 4, 0xfc),
      idNoise: fc.constantFrom(0, 0, 0, 1, 0x40, 0x80),
      rest: fc.array(boundary, { minLength: 0, maxLength: 64 }),
      sizeNoise: fc.constantFrom(0, 0, 0, -1, 1, 4, -8, 0xff00),
      carrier: fc.constantFrom(0, 0, 1, 16),
    });
    fc.assert(
      fc.property(drawn, ({ body, typeNoise, idNoise, rest, sizeNoise, carrier }) => {
        const total = (index.ir.framing.fixedSize ?? headerSize + rest.length) + carrier;
        const bytes = new Uint8Array(total);
        bytes.set(rest.slice(0, Math.max(0, total - headerSize)), headerSize);
        if (index.typeField !== null) bytes[index.typeField.offset] = body.type ^ typeNoise;
        bytes[index.idField.offset] = body.id ^ idNoise;
        if (index.sizeField !== null)
          new DataView(bytes.buffer).setUint16(
            index.sizeField.offset,
            (headerSize + rest.length + sizeNoise) & 0xffff,
            true,
          );
        expectAgreement(loaded, bytes);
      }),
      { numRuns: 3000 },
    );
  });

  it.each(DIALECTS)(
    '%s streams of arbitrary bytes never throw, never spin, never read past the end',
    async (dialect) => {
      const { index, codec } = await load(dialect);
      const pool = vectors.filter((v) => v.dialect === dialect).map((v) => Buffer.from(v.hex, 'hex'));
      const piece = fc.oneof(
        fc.constantFrom(...pool).map((b) => [...b]),
        fc.array(fc.integer({ min: 0, max: 255 }), { maxLength: 12 }),
      );
      fc.assert(
        fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
          const bytes = Uint8Array.from(pieces.flat());
          const view = new DataView(bytes.buffer);
          let calls = 0;
          const names = index.ir.bodies.map((b) => `${b.message}_${b.kind}`);
          const count = (): void => {
            calls++;
          };
          const all = Object.fromEntries(
            [...names, ...names.map((n) => `bus_${n}`), 'error'].map((name) => [name, count]),
          );
          const consumed = codec.decodeStream(view, 0, bytes.length, codec.handler(all));
          expect(consumed).toBeGreaterThanOrEqual(0);
          expect(consumed).toBeLessThanOrEqual(bytes.length);
          expect(calls).toBeLessThanOrEqual(1 + Math.floor(bytes.length / index.ir.framing.headerSize));
        }),
        { numRuns: 1000 },
      );
    },
  );
});

/** Interpreter and generated codec see the same message, or refuse it for the same reason at the same place. */
function expectAgreement({ index, codec, subjects }: Loaded, bytes: Uint8Array): void {
  expect(VectorRunner.disagreements(index, subjects, bytes), Buffer.from(bytes).toString('hex')).toEqual([]);
  const oracle = decode(index, bytes);
  const buffer = new ArrayBuffer(bytes.length + 8);
  new Uint8Array(buffer).fill(0xee).set(bytes, 5);
  const view = new DataView(buffer, 2);
  const own = codec.decode(view, 3, 3 + bytes.length);
  const code = codec.check(view, 3, 3 + bytes.length);
  const label = Buffer.from(bytes).toString('hex');
  if (isRefused(oracle)) {
    const { code: name, field, offset, expected, got } = oracle.error;
    expect(own, label).toMatchObject({ wireError: 1, code: name, field, offset, expected, got });
    expect(code, label).not.toBe(0);
  } else {
    expect('name' in own ? own.name : own.code, label).toMatch(
      new RegExp(`^(bus_)?${oracle.body.message}.${oracle.body.kind}$`),
    );
    expect(code, label).toBe(0);
  }
}

describe('a View', () => {
  const { EVENT_AVAIL_event: avail, SET_VQUEUE_request: queue, GET_DEVICES_response: devices } = rfc3;

  it('is moved over a buffer and changed in place, without touching its neighbours', () => {
    const view = new DataView(new ArrayBuffer(64));
    const second = avail.encode(view, 0, 1, 2, 3, 4, 0);
    avail.encode(view, second, 5, 6, 7, 0x7fffffff, 1);
    const event = new avail.View(view).at(second);
    expect([event.type, event.msg_id, event.dev_num, event.token, event.msg_size]).toEqual([0, 0x41, 5, 6, 16]);
    event.next_wrap = 0;
    event.vq_index = 0xffffffff;
    event.dev_num = 9;
    expect([event.check(64), event.vq_index, event.next_offset, event.next_offset_wrap]).toEqual([
      0, 0xffffffff, 0x7fffffff, 0x7fffffff,
    ]);
    expect([
      avail.vq_index(view, 0),
      avail.next_offset(view, 0),
      rfc3.header.dev_num(rfc3.header.word0(view, 0)),
    ]).toEqual([3, 4, 1]);
    expect(
      event
        .bind(new DataView(new ArrayBuffer(8)))
        .at(0)
        .check(8),
    ).not.toBe(0);
  });

  it('has a u64 as bigint, as halves and as a number', () => {
    const message = new queue.View(new DataView(new ArrayBuffer(48)));
    message.descriptor_addr = 0x0123456789abcdefn;
    expect([message.descriptor_addr_lo, message.descriptor_addr_hi]).toEqual([0x89abcdef, 0x01234567]);
    expect(message.descriptor_addr_number).toBeNaN();
    message.descriptor_addr_hi = 0x1fffff;
    expect(message.descriptor_addr_number).toBe(0x1fffff89abcdef);
  });

  it('has the bits and bytes of a counted array', () => {
    const view = new DataView(new ArrayBuffer(32), 3);
    devices.encode(view, 1, 0, 0, 0, 11, 0, Uint8Array.of(0x05, 0x04));
    const message = new devices.View(view, 1);
    expect([message.bitmap_offset, message.bitmap_length, message.count]).toEqual([15, 2, 11]);
    expect([0, 1, 2, 10, 11, -1].map((i) => message.bitmap_bit(i))).toEqual([true, false, true, true, false, false]);
    expect([...message.bitmap_view()]).toEqual([5, 4]);
  });
});
