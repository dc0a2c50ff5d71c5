import { readFileSync } from 'node:fs';
import {
  decodeStruct,
  type FamilyIndex,
  IrStore,
  isRefusedStruct,
  LineDecoder,
  LineEncoder,
  type Named,
  type StructSubject,
  VectorRunner,
} from '@virtio-wire/generator';
import { describe, expect, it } from 'vitest';
import { below, type Random, randomFrom } from './support/random-values.js';
import { path } from './support/schema.js';
import { root } from './support/vwire.js';

interface StructVector {
  readonly protocol?: string;
  readonly struct: string;
  readonly variant: string;
  readonly fields: Record<string, string>;
  readonly offsets: Record<string, number>;
  readonly size: number;
  readonly surplus?: { readonly offset: number; readonly length: number };
  readonly hex: string;
}

const read = (file: string): StructVector[] => JSON.parse(readFileSync(path(`test/vectors/${file}`), 'utf8'));
const store = new IrStore(`${root}generated/ir`);

describe.each([
  ['virtio-structs.json', 'virtio-core'],
  ['virtio-structs-more.json', 'virtio-core'],
  ['admin-rfc2021.json', 'admin-rfc2021'],
  ['admin-1.4.json', 'admin-1.4'],
  ['admin-1.4-more.json', 'admin-1.4'],
  ['layouts-more.json', undefined],
])('%s', (file, protocol) => {
  const vectors = read(file);
  const found = vectors.map((vector) => ({ vector, named: store.struct(vector.protocol ?? protocol, vector.struct) }));
  const known = found.flatMap(({ vector, named }) => (named === null ? [] : [{ vector, named }]));

  it('decodes and encodes the same through interpreter, object codec, view codec and flyweight', async () => {
    const runner = new VectorRunner(store);
    await runner.file(file, vectors as never);
    expect(runner.run.failures).toEqual([]);
    expect(known.length).toBe(vectors.length);
    expect([...runner.run.dialects.values()].reduce((n, c) => n + c.vectors, 0)).toBe(known.length);
  });

  it('is answered by decode --jsonl and encode --jsonl as it is written', () => {
    const [decoder, encoder] = [new LineDecoder(store), new LineEncoder(store)];
    for (const { protocol: own, struct, fields, size, surplus, hex } of vectors) {
      const name = { protocol: own ?? protocol, struct };
      const told = JSON.parse(decoder.line(JSON.stringify({ ...name, hex })));
      expect([told.fields, told.size, told.surplus], struct).toEqual([fields, size, surplus]);
      const written = JSON.parse(encoder.line(JSON.stringify({ ...name, fields })));
      expect([written.hex, written.size], struct).toEqual([hex.slice(0, 2 * size), size]);
    }
  });

  it('puts every field where the C compiler puts it', () => {
    const wrong = known.flatMap(({ vector, named }) => {
      const read = decodeStruct(named.index, named, bytesOf(vector));
      const offsets = isRefusedStruct(read)
        ? {}
        : Object.fromEntries(read.leaves.map((leaf) => [leaf.path, leaf.offset]));
      return Object.entries(vector.offsets)
        .filter(([field, offset]) => offsets[field] !== offset)
        .map(([field, offset]) => `${vector.struct} ${field}: ${offsets[field]}, not ${offset}`);
    });
    expect(wrong).toEqual([]);
  });

  it('is refused alike by all of them when it is cut short, and read alike when there is more', async () => {
    const subjects = new Map<string, readonly StructSubject[]>();
    const oneOfEach = known.filter(({ vector }) => ['ramp', 'rise'].includes(vector.variant));
    for (const { vector, named } of oneOfEach) {
      const own = subjects.get(named.index.ir.family) ?? (await VectorRunner.structSubjects(named.index));
      subjects.set(named.index.ir.family, own);
      expect(everyLength(named.index, named, own, bytesOf(vector)), vector.struct).toEqual([]);
    }
  });
});

describe('bytes from a peer', () => {
  it('read the same in every implementation, whatever they are', async () => {
    const random = randomFrom(20_260_401);
    for (const protocol of Object.keys(store.index.protocols))
      for (const family of store.families(protocol)) {
        const index = store.family(protocol, family) as FamilyIndex;
        const subjects = await VectorRunner.structSubjects(index);
        // What only the request tells, no bytes do.
        for (const struct of index.ir.structs)
          for (const shape of ['none', 'request'].includes(struct.choice.by) ? struct.shapes : [null, ...struct.shapes])
            for (let i = 0; i < 6; i++) {
              const bytes = noise(random, (shape?.minSize ?? 16) + (i % 2) * 40);
              const found = VectorRunner.structDisagreements(index, { struct, shape }, subjects, bytes);
              expect(found, `${shape?.key ?? struct.name} ${Buffer.from(bytes).toString('hex')}`).toEqual([]);
            }
      }
  });
});

/** Half of the bytes are small, so that counts are now and then believable. */
const noise = (random: Random, length: number): Uint8Array =>
  Uint8Array.from({ length }, () => (below(random, 2) === 0 ? below(random, 4) : below(random, 256)));

const bytesOf = ({ hex }: Pick<StructVector, 'hex'>): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'));

function everyLength(
  index: FamilyIndex,
  named: Named,
  subjects: readonly StructSubject[],
  bytes: Uint8Array,
): string[] {
  const longer = Uint8Array.from([...bytes, ...bytes.subarray(0, 9)]);
  return Array.from({ length: longer.length + 1 }, (_, n) => n).flatMap((n) =>
    VectorRunner.structDisagreements(index, named, subjects, longer.slice(0, n)).map((what) => `${n} bytes: ${what}`),
  );
}
