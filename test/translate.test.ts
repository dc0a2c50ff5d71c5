import {
  type Bridgeable,
  bridgeOf,
  chain,
  compile,
  DialectIndex,
  decode,
  encode,
  IrStore,
  isRefused,
  type Translation,
  textFindings,
  translate,
} from '@virtio-wire/generator';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomSchema } from './support/random-schema.js';
import { below, noisy, type Random, randomFields, randomFrom, randomHeader } from './support/random-values.js';
import { DIALECTS, type Vector, vectors } from './support/vectors.js';
import { root } from './support/vwire.js';

const SIZES = { u8: 1, u16: 2, u24: 3, u32: 4, u64: 8, s32: 4, be16: 2, be32: 4 } as const;

const store = new IrStore(`${root}generated/ir`);
const dialect = (name: string): DialectIndex => store.dialect(name)?.index as DialectIndex;
const indices = DIALECTS.map(dialect);
const bytesOf = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex, 'hex'));
const hexOf = (translation: Translation): string | null =>
  translation.verdict === 'impossible' ? null : Buffer.from(translation.bytes).toString('hex');
const as = (index: DialectIndex, key: string) => ({
  select: () => [index.byKey(key)].flatMap((body) => body ?? []),
});
const pick = <T>(random: Random, from: readonly T[]): T => from[below(random, from.length)] as T;

/** Whether a message says nothing but what the text of its dialect lets a sender say. */
function follows(index: DialectIndex, bytes: Uint8Array, key: string): boolean {
  const decoded = decode(index, bytes, as(index, key).select);
  if (isRefused(decoded) || decoded.size > (index.ir.limits.max ?? Number.POSITIVE_INFINITY)) return false;
  const { typeField } = index;
  // Vectors with reserved bits set are there for receivers.
  if (typeField !== null && decoded.header[typeField.name] !== decoded.body.type) return false;
  return textFindings(index, decoded, bytes).length === 0;
}

const fromTo = (from: string, to: string, hex: string, key?: string): Translation =>
  translate(dialect(from), dialect(to), bytesOf(hex), key === undefined ? {} : as(dialect(from), key));

describe('vectors of one message in two dialects', () => {
  // Names by the comparison of the dialects in the reference: what is the same thing under another name.
  const message: Readonly<Record<string, string>> = {
    GET_FEATURES: 'GET_DEVICE_FEATURES',
    SET_FEATURES: 'SET_DRIVER_FEATURES',
    ACTIVATE: 'VERSION',
  };
  const keyOf = (v: Vector): string => `${v.class}.${v.message}.${v.kind}`;
  const reservedBits = (v: Vector): boolean => ((v.header.type ?? 0) & ~3) !== 0;
  const same = (v: Vector): string => {
    const { shmid, ...fields } = v.fields;
    const named = Object.entries(shmid === undefined ? fields : { ...fields, index: shmid }).sort(([a], [b]) =>
      a < b ? -1 : 1,
    );
    const { dev_num, unused } = v.header;
    return JSON.stringify([v.class, message[v.message] ?? v.message, v.kind, dev_num ?? unused, named]);
  };
  const alike = new Map<string, Vector[]>();
  for (const v of vectors) alike.set(same(v), [...(alike.get(same(v)) ?? []), v]);
  const pairs = [...alike.values()].flatMap((group) =>
    group.flatMap((a) => group.filter((b) => a.dialect !== b.dialect).map((b) => ({ a, b }))),
  );

  it('are each other’s translation, byte for byte, wherever the other text allows the values', () => {
    let [translated, refused, moved] = [0, 0, 0];
    for (const { a, b } of pairs) {
      // A token that differs between the two vectors, or is in one of them alone, is no part of the question.
      const [tokenA = 0, tokenB = 0] = [a.header.token, b.header.token];
      if ('token' in b.header && tokenA !== tokenB) continue;
      if ((b.header.sequence ?? 0) !== 0) continue;
      const translation = fromTo(a.dialect, b.dialect, a.hex, keyOf(a));
      if (reservedBits(a) || reservedBits(b)) continue;
      if (!follows(dialect(b.dialect), bytesOf(b.hex), keyOf(b))) {
        expect(translation.verdict, `${a.dialect} → ${b.dialect} ${keyOf(a)} ${a.hex}`).toBe('impossible');
        refused++;
        continue;
      }
      expect(
        hexOf(translation),
        `${a.dialect} → ${b.dialect} ${keyOf(a)} ${a.hex} ${JSON.stringify(translation)}`,
      ).toBe(b.hex);
      translated++;
      if (a.hex !== b.hex) moved++;
    }
    expect(translated).toBeGreaterThan(2000);
    expect(moved).toBeGreaterThan(500);
    expect(refused).toBeGreaterThan(0);
  });

  it('come back as they were from wherever they can be translated exactly', () => {
    let exact = 0;
    for (const [i, v] of vectors.entries()) {
      const a = dialect(v.dialect);
      const key = keyOf(v);
      const bytes = bytesOf(v.hex);
      if (!follows(a, bytes, key)) continue;
      expect(translate(a, a, bytes, as(a, key)).verdict, `${v.dialect} ${key} ${v.hex}`).toBe('exact');
      for (let j = 0; j < 5; j++) {
        const b = indices[(i * 5 + j) % indices.length] as DialectIndex;
        const there = translate(a, b, bytes, as(a, key));
        if (there.verdict !== 'exact') continue;
        const back = translate(b, a, there.bytes, as(b, there.to));
        expect([back.verdict, hexOf(back)], `${v.dialect} → ${b.ir.dialect} ${key} ${v.hex}`).toEqual(['exact', v.hex]);
        exact++;
      }
    }
    expect(exact).toBeGreaterThan(2000);
  });
});

/** A message of a body, mostly one that its text allows: a constant where there is one, small numbers among large ones. */
function written(random: Random, index: DialectIndex, key: string): Uint8Array | null {
  const body = index.byKey(key);
  if (body === undefined) return null;
  const fields: Record<string, unknown> = randomFields(random, body);
  for (const field of body.fields) {
    if (field.kind !== 'int' || field.bits.length > 0) continue;
    const counter = body.fields.some((f) => f.kind !== 'int' && 'field' in f.count && f.count.field === field.name);
    const values = index.ir.enums.find((e) => e.name === field.enum)?.values ?? [];
    if (values.length > 0) fields[field.name] = pick(random, values).value;
    else if (!counter && random() < 0.7) fields[field.name] = below(random, random() < 0.4 ? 1 : 33);
    if (field.reserved) fields[field.name] = 0;
  }
  const header = randomHeader(random, index.ir, body);
  const { typeField, tokenField } = index;
  if (typeField !== null) header[typeField.name] = body.type;
  if (tokenField !== null && random() < 0.5) header[tokenField.name] = 0;
  const encoded = encode(index, body, header, fields);
  return 'error' in encoded ? null : encoded.bytes;
}

describe('any message of any dialect', () => {
  const random = randomFrom(20261121);
  const tables = new Map<string, ReadonlyMap<string, Bridgeable>>();
  const bridge = (a: DialectIndex, b: DialectIndex, key: string): Bridgeable | undefined => {
    const name = `${a.ir.dialect} ${b.ir.dialect}`;
    const table = tables.get(name) ?? new Map(bridgeOf(a, b).messages.map((m) => [m.from, m.bridge]));
    tables.set(name, table);
    return table.get(key);
  };

  it('goes there and back, by any way, as the table says', () => {
    const seen = { exact: 0, detours: 0, always: 0, never: 0, depends: new Set<string>() };
    for (const a of indices) {
      for (const { key } of a.ir.bodies) {
        for (let i = 0; i < 5; i++) {
          const bytes = written(random, a, key);
          if (bytes === null || !follows(a, bytes, key)) continue;
          const [b, c] = [pick(random, indices), pick(random, indices)];
          const direct = translate(a, b, bytes, as(a, key));
          const told = `${a.ir.dialect} → ${b.ir.dialect} ${key} ${Buffer.from(bytes).toString('hex')} ${JSON.stringify(direct)}`;
          const table = bridge(a, b, key);
          if (table === 'exact') expect(direct.verdict, told).toBe('exact');
          if (table === 'impossible') expect(direct.verdict, told).toBe('impossible');
          if (table === 'depends') seen.depends.add(direct.verdict);
          if (table === 'exact') seen.always++;
          if (table === 'impossible') seen.never++;
          if (direct.verdict !== 'exact') continue;
          seen.exact++;
          expect(hexOf(translate(b, a, direct.bytes, as(b, direct.to))), told).toBe(Buffer.from(bytes).toString('hex'));
          const { translation: detour, hops } = chain([a, c, b], bytes, as(a, key));
          if (detour.verdict !== 'exact') continue;
          seen.detours++;
          expect(hops.length).toBe(2);
          expect(hexOf(detour), `${told} by ${c.ir.dialect}`).toBe(hexOf(direct));
        }
      }
    }
    expect(seen.exact).toBeGreaterThan(500);
    expect(seen.detours).toBeGreaterThan(200);
    expect(seen.always).toBeGreaterThan(200);
    expect(seen.never).toBeGreaterThan(100);
    expect([...seen.depends].sort()).toEqual(['exact', 'impossible', 'lossy']);
  });

  it('is answered and never thrown over, however broken', () => {
    const verdicts = new Set<string>();
    for (let i = 0; i < 3000; i++) {
      const { hex } = pick(random, vectors);
      const broken = noisy(random, bytesOf(hex)).subarray(0, below(random, hex.length));
      const translation = translate(pick(random, indices), pick(random, indices), broken);
      verdicts.add(translation.verdict);
      if (translation.verdict === 'impossible') expect(translation.why.length).toBeGreaterThan(0);
    }
    expect([...verdicts].sort()).toEqual(['exact', 'impossible', 'lossy']);
  });

  it('is refused with the error of the codec', () => {
    const refused = translate(dialect('rfc3'), dialect('v1-2026'), bytesOf('0002000003000900'));
    expect(refused).toMatchObject({
      verdict: 'impossible',
      from: null,
      why: [{ code: 'refused', field: 'msg_size', limit: '9', value: 8 }],
      error: { code: 'truncated', offset: 6, got: 8 },
    });
  });
});

describe('dialects drawn at random', () => {
  const compiled = (text: string): DialectIndex[] =>
    compile([{ file: 'schema/random/drawn.yaml', text }]).dialects.map((ir) => new DialectIndex(ir));
  /** The same dialect with its fields turned round, which moves nearly all of them, and some of them of another type. */
  const turned = ({ ir }: DialectIndex, seed: number): DialectIndex => {
    const random = randomFrom(seed);
    const width = (type: string): string =>
      random() < 0.3 ? pick(random, ['u8', 'u16', 'u32', 'u64', 's32', 'be16']) : type;
    const bodies = ir.bodies.map((body) => {
      let end = ir.framing.headerSize;
      const tail = body.fields.filter((f) => f.kind !== 'int' && !('fixed' in f.count));
      const fields = [...body.fields.filter((f) => !tail.includes(f)).reverse(), ...tail].map((f) => {
        const offset = end;
        const type = f.kind === 'int' && f.bits.length === 0 ? (width(f.type) as typeof f.type) : null;
        const size = type === null ? (f.kind === 'int' ? f.size : 0) : SIZES[type];
        const many =
          f.kind !== 'int' && 'fixed' in f.count ? f.count.fixed * (f.kind === 'ints' ? f.elementSize : 1) : 0;
        end += size + many;
        return type === null ? { ...f, offset } : { ...f, offset, type, size };
      });
      const maxSize = body.maxSize === null || tail.length > 0 ? null : end;
      return { ...body, fields, minSize: end, maxSize } as typeof body;
    });
    return new DialectIndex({ ...ir, bodies, limits: { min: null, max: null, recommended: null } });
  };

  it('translate exactly, or say what is lost', () => {
    const seen = { exact: 0, lossy: 0, impossible: 0 };
    fc.assert(
      fc.property(randomSchema, fc.nat(), (text, seed) => {
        const [a] = compiled(text);
        if (a === undefined || a.ir.framing.fixedSize !== null) return;
        const b = turned(a, seed);
        const random = randomFrom(seed);
        const table = new Map(bridgeOf(a, b).messages.map((m) => [m.from, m.bridge]));
        for (const { key } of a.ir.bodies) {
          for (let i = 0; i < 4; i++) {
            const bytes = written(random, a, key);
            if (bytes === null || !follows(a, bytes, key)) continue;
            const own = translate(a, a, bytes, as(a, key));
            const told = `${text}\n${key} ${Buffer.from(bytes).toString('hex')} ${JSON.stringify(own)}`;
            // Into itself a message loses nothing but what it should not have had.
            if (own.verdict === 'impossible') expect.fail(told);
            expect(
              own.lost.filter(({ why }) => why !== 'reserved'),
              told,
            ).toEqual([]);
            const there = translate(a, b, bytes, as(a, key));
            seen[there.verdict]++;
            if (own.verdict === 'exact' && table.get(key) === 'exact') expect(there.verdict, told).toBe('exact');
            if (there.verdict !== 'exact') continue;
            const back = translate(b, a, there.bytes, as(b, key));
            expect(hexOf(back), `${told} ${hexOf(there)} ${JSON.stringify(back)}`).toBe(
              Buffer.from(bytes).toString('hex'),
            );
          }
        }
      }),
      { numRuns: 25, endOnFailure: true },
    );
    expect(seen.exact).toBeGreaterThan(0);
    expect(seen.lossy + seen.impossible).toBeGreaterThan(0);
  });
});

describe('what changed between the drafts', () => {
  it('GET_DEVICES has count and next_offset swapped in v1-2026', () => {
    const apart = '0302000001000f00' + '0000' + '0800' + '1000' + '05';
    expect(hexOf(fromTo('rfc3', 'v1-2026', apart))).toBe('0302000001000f00' + '0000' + '1000' + '0800' + '05');
  });

  it('GET_DEVICE_INFO loses num_feature_bits, and admin queues that do not fit 16 bits cannot go back', () => {
    const rfc3 = '0102000001002000' + '02000000' + 'f41a0000' + '40000000' + '3c000000' + '02000000' + '0000' + '0000';
    const v1 =
      '0102000001003400' +
      '02000000' +
      'f41a0000' +
      '00'.repeat(16) +
      '00000000' +
      '3c000000' +
      '02000000' +
      '00000000' +
      '00000000';
    const there = fromTo('rfc3', 'v1-2026', rfc3);
    expect(there).toMatchObject({
      verdict: 'lossy',
      lost: [{ field: 'num_feature_bits', value: 64, why: 'absent' }],
      assumed: [
        { field: 'device_uuid', value: '00'.repeat(16) },
        { field: 'num_feature_blocks', value: 0 },
      ],
    });
    expect(hexOf(there)).toBe(v1);
    const many = `${v1.slice(0, -24)}${'00000100'}${'00ff0000'}${'01000000'}`;
    expect(fromTo('v1-2026', 'rfc3', many)).toMatchObject({ verdict: 'exact' });
    const far = `${v1.slice(0, -24)}${'00000100'}${'00000100'}${'00000000'}`;
    expect(follows(dialect('v1-2026'), bytesOf(far), 'transport.GET_DEVICE_INFO.response')).toBe(false);
    expect(fromTo('v1-2026', 'rfc3', far)).toMatchObject({
      verdict: 'impossible',
      why: [{ code: 'too_large', field: 'admin_vq_start', value: 65536, limit: '0..65535' }],
    });
  });

  it('GET_SHM grows to 64 bits under another name of its index, and shrinks only where the value fits', () => {
    const rfc3 = '010c000001001400' + '01000000' + '00100000' + '00004000';
    const v1 = '010c000001002000' + '01000000' + '00000000' + '0010000000000000' + '0000400000000000';
    expect(hexOf(fromTo('rfc3', 'v1-2026', rfc3))).toBe(v1);
    expect(fromTo('v1-2026', 'rfc3', v1)).toMatchObject({ verdict: 'exact', lost: [] });
    expect(fromTo('v1-2026', 'rfc3', v1.replace(/0000400000000000$/, '0000000001000000'))).toMatchObject({
      verdict: 'impossible',
      why: [{ code: 'too_large', field: 'address', value: 4294967296, limit: '0..4294967295' }],
    });
  });

  it('a token is lost on the way to rfc2 and assumed on the way from it', () => {
    expect(fromTo('rfc3', 'rfc2', '0207000002000800')).toMatchObject({
      verdict: 'impossible',
      error: { code: 'unknown_id' },
    });
    const there = fromTo('rfc3', 'rfc2', '0007000002000800');
    expect(there).toMatchObject({ verdict: 'lossy', lost: [{ field: 'header.token', value: 2 }] });
    expect(hexOf(there)).toBe('000700000600');
    const back = fromTo('rfc2', 'rfc3', '000700000600');
    expect(back).toMatchObject({ verdict: 'exact', assumed: [{ field: 'header.token', value: 0 }] });
    expect(hexOf(back)).toBe('0007000000000800');
  });

  it('the release of a shared area keeps its meaning under its new id', () => {
    expect(hexOf(fromTo('ffa-2025a', 'ffa-2025b', '0283600008001000'))).toBe('02c0600008001000');
    expect(fromTo('ffa-2025b', 'ffa-2025a', '0283600006000000'.slice(0, 12))).toMatchObject({ verdict: 'impossible' });
  });

  it('a message, a flag or a header that is not there is told by name', () => {
    expect(fromTo('rfc3', 'rfc1', '000c00000000 0c00 01000000'.replaceAll(' ', ''))).toMatchObject({
      verdict: 'impossible',
      to: null,
      why: [{ code: 'no_message', value: 'transport.GET_SHM.request' }],
    });
    const flagged = `000a000001003000${'00000000'}${'01000000'}${'08000000'}${'00'.repeat(28)}`;
    expect(fromTo('v1-2026', 'rfc3', flagged)).toMatchObject({
      verdict: 'lossy',
      lost: [{ field: 'flags', value: 1, why: 'absent' }],
    });
  });

  it('two numbers become the bits of one word, and only where they fit', () => {
    const alpha = (offset: string, wrap: string) => `00110000${'03000000'}${offset}${wrap}`.padEnd(80, '0');
    const there = fromTo('alpha', 'rfc2', alpha('05000000', '01000000'));
    expect(there.verdict).toBe('exact');
    expect(hexOf(there)).toBe('004100000e00' + '03000000' + '05000080');
    expect(fromTo('alpha', 'rfc2', alpha('00000080', '00000000'))).toMatchObject({
      verdict: 'impossible',
      why: [{ code: 'too_large', field: 'next_offset', limit: '0..2147483647' }],
    });
  });
});
