import { type DialectIndex, decode, IrStore, isRefused, loadCodecs, VectorRunner } from '@virtio-wire/generator';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DIALECTS, malformed, traceLines, traceNames, vectors } from './support/vectors.js';
import { root } from './support/vwire.js';

const store = new IrStore(`${root}generated/ir`);

interface Codec {
  check(view: DataView, p: number, end: number): number;
  decode(
    view: DataView,
    p: number,
    end: number,
  ): { name: string } | { wireError: 1; code: string; field: string; offset: number };
  decodeStream(view: DataView, p: number, end: number, handler: object): number;
  handler(partial: object): object;
}

const load = async (dialect: string): Promise<{ index: DialectIndex; codec: Codec }> => {
  const index = store.dialect(dialect)?.index as DialectIndex;
  return { index, codec: (await loadCodecs(index.ir)) as unknown as Codec };
};

describe('interpreter, object codec and view codec', () => {
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

  it.each(DIALECTS)('agree on every truncation of every %s vector', async (dialect) => {
    const { index, codec } = await load(dialect);
    for (const vector of vectors.filter((v) => v.dialect === dialect)) {
      const bytes = Buffer.from(vector.hex, 'hex');
      for (let length = 0; length < bytes.length; length++)
        expectAgreement(index, codec, Uint8Array.from(bytes.subarray(0, length)));
    }
  });

  it.each(DIALECTS)('agree on %s messages drawn from the message table with boundary values', async (dialect) => {
    const { index, codec } = await load(dialect);
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
        bytes[index.typeField.offset] = body.type ^ typeNoise;
        bytes[index.idField.offset] = body.id ^ idNoise;
        if (index.sizeField !== null)
          new DataView(bytes.buffer).setUint16(
            index.sizeField.offset,
            (headerSize + rest.length + sizeNoise) & 0xffff,
            true,
          );
        expectAgreement(index, codec, bytes);
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
function expectAgreement(index: DialectIndex, codec: Codec, bytes: Uint8Array): void {
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
