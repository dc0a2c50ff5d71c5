import { readFileSync } from 'node:fs';
import {
  type Comparison,
  compare,
  type DialectIndex,
  type Difference,
  decode,
  decodeStruct,
  type FamilyIndex,
  IrStore,
  isRefused,
  isRefusedStruct,
  mirror,
  NotComparable,
  spellLeaves,
  type Verdict,
  type WitnessReading,
} from '@virtio-wire/generator';
import { describe, expect, it } from 'vitest';
import { path } from './support/schema.js';
import { root } from './support/vwire.js';

const store = new IrStore(`${root}generated/ir`);
const dialect = (name: string): DialectIndex => store.dialect(name)?.index as DialectIndex;
const family = (protocol: string, name: string): FamilyIndex => store.family(protocol, name) as FamilyIndex;

const known = new Map<string, Comparison>();
/** Comparisons are made once: several tests look at the same one. */
function between(a: string, b: string): Comparison {
  const key = `${a} ${b}`;
  const there = known.get(key) ?? compare(dialect(a), dialect(b));
  known.set(key, there);
  return there;
}

const brief = ({ path, kind, before, after }: Difference): string => `${kind} ${path}: ${before} → ${after}`;
const wireOf = ({ items }: Comparison): string[] => items.filter((i) => i.wire !== 'same').map(brief);
const itemAt = ({ items }: Comparison, where: string, kind: string): Difference => {
  const found = items.find((item) => item.path === where && item.kind === kind);
  expect(found, `${kind} ${where}`).toBeDefined();
  return found as Difference;
};
const valueIn = (reading: WitnessReading | undefined, name: string): string | undefined =>
  reading === undefined || 'error' in reading ? undefined : reading.leaves.find((leaf) => leaf.path === name)?.value;

describe('rfc3 and v1-2026, as the reference tells the difference', () => {
  const comparison = between('rfc3', 'v1-2026');

  it('differ on the wire in five messages and in nothing else', () => {
    expect(wireOf(comparison)).toEqual([
      'moved bus.GET_DEVICES.response.count: u16 at 10 → u16 at 12',
      'moved bus.GET_DEVICES.response.next_offset: u16 at 12 → u16 at 10',
      'widened transport.GET_DEVICE_INFO.response.admin_vq_count: u16 at 30 → u32 at 48',
      'widened transport.GET_DEVICE_INFO.response.admin_vq_start: u16 at 28 → u32 at 44',
      'moved transport.GET_DEVICE_INFO.response.config_size: u32 at 20 → u32 at 36',
      'added transport.GET_DEVICE_INFO.response.device_uuid: null → uuid at 16',
      'moved transport.GET_DEVICE_INFO.response.max_virtqueues: u32 at 24 → u32 at 40',
      'removed transport.GET_DEVICE_INFO.response.num_feature_bits: u32 at 16 → null',
      'added transport.GET_DEVICE_INFO.response.num_feature_blocks: null → u32 at 32',
      'widened transport.GET_SHM.response.address: u32 at 16 → u64 at 24',
      'widened transport.GET_SHM.response.length: u32 at 12 → u64 at 16',
      'added transport.GET_SHM.response.reserved: null → u32 at 12, reserved',
      'added transport.GET_VQUEUE.response.flags: u32 at 20, reserved → u32 at 20',
      'added transport.SET_VQUEUE.request.flags: u32 at 12, reserved → u32 at 12',
    ]);
  });

  it('take count for next_offset in GET_DEVICES, in both directions and without an error', () => {
    const item = itemAt(comparison, 'bus.GET_DEVICES.response.count', 'moved');
    expect(item).toMatchObject({ misread: true, aToB: { outcome: 'misread' }, bToA: { outcome: 'misread' } });
    const { a, b } = (item.aToB as Verdict).witness;
    expect(valueIn(a, 'count')).toBe(valueIn(b, 'next_offset'));
    expect(valueIn(a, 'next_offset')).toBe(valueIn(b, 'count'));
    expect(valueIn(a, 'count')).not.toBe(valueIn(b, 'count'));
  });

  it('refuse a short GET_DEVICE_INFO in one direction and misread a long one in the other', () => {
    const info = comparison.units.find((unit) => unit.identity === 'transport.GET_DEVICE_INFO.response');
    expect(info).toMatchObject({ aToB: { outcome: 'rejected' }, bToA: { outcome: 'misread' } });
    const read = info?.aToB?.witness.b;
    expect(read).toMatchObject({ error: { code: 'short_body', expected: 52, got: 32 } });
  });

  it('lose what flags say, and read zero where rfc3 has reserved bytes', () => {
    for (const where of ['transport.GET_VQUEUE.response.flags', 'transport.SET_VQUEUE.request.flags'])
      expect(itemAt(comparison, where, 'added')).toMatchObject({
        misread: false,
        aToB: { outcome: 'unset' },
        bToA: { outcome: 'ignored' },
      });
  });

  it('call the same things otherwise, and mean something else by others', () => {
    const quiet = comparison.items.filter((item) => item.wire === 'same').map(brief);
    for (const told of [
      'renamed transport.GET_SHM.request.shmid: u32 at 8 → u32 at 8',
      'renamed enums.device_bus_state.ADDED: 1 → 1',
      'tightened limits.min: 44 bytes → 52 bytes',
      'tightened limits.max: 65536 bytes → 65535 bytes',
      'loosened ranges.transport.0x80-0xff: reserved → implementation',
    ])
      expect(quiet).toContain(told);
  });
});

describe('rfc2 and rfc3', () => {
  const comparison = between('rfc2', 'rfc3');

  it('differ by the token in the header and by the padding that moved the addresses', () => {
    const vqueue = ['transport.GET_VQUEUE.response', 'transport.SET_VQUEUE.request'];
    expect(comparison.units.filter((unit) => unit.differs).map((unit) => unit.identity)).toEqual(vqueue);
    expect(wireOf(comparison)).toEqual([
      'widened framing.header_size: 6 bytes → 8 bytes',
      'moved header.msg_size: u16 at 4 → u16 at 6',
      'added header.token: null → u16 at 4',
      ...vqueue.flatMap((unit) => [
        `moved ${unit}.descriptor_addr: u64 at 18 → u64 at 24`,
        `moved ${unit}.device_addr: u64 at 34 → u64 at 40`,
        `moved ${unit}.driver_addr: u64 at 26 → u64 at 32`,
        `added ${unit}.${unit.startsWith('transport.GET') ? 'reserved' : 'reserved1'}: null → u32 at 20, reserved`,
      ]),
    ]);
  });

  it('touch every message through the header', () => {
    for (const { aToB, bToA } of comparison.units) for (const v of [aToB, bToA]) expect(v?.outcome).not.toBe('same');
  });
});

describe('FF-A 2025a and 2025b', () => {
  const comparison = between('ffa-2025a', 'ffa-2025b');

  it('mean something else by 0x83: a release of memory arrives as a reset', () => {
    const item = itemAt(comparison, 'ffa-bus.AREA_RELEASE.event', 'renumbered');
    expect(item).toMatchObject({ before: 'id 0x83', after: 'id 0xc0', misread: true, aToB: { outcome: 'misread' } });
    expect(item.aToB?.witness).toMatchObject({
      a: { unit: 'ffa-bus.AREA_RELEASE.event' },
      b: { unit: 'ffa-bus.RESET.request' },
    });
    expect(item.bToA?.outcome).toBe('rejected');
  });
});

describe('renames of messages', () => {
  it('are followed through dialects that neither side names', () => {
    const { units } = between('rfc1', 'v1-2026');
    const features = units.find((unit) => unit.a === 'transport.GET_FEATURES.request');
    expect(features?.b).toBe('transport.GET_DEVICE_FEATURES.request');
  });
});

/** The five dialects that all announce transport revision 1. */
const REVISION_1 = ['rfc2', 'rfc2-fixed64', 'rfc2+token', 'rfc3', 'v1-2026'];
const PAIRS = REVISION_1.flatMap((a, i) => REVISION_1.slice(i + 1).map((b) => [a, b] as const));

interface Layouts {
  readonly dialects: Readonly<
    Record<
      string,
      {
        readonly header: readonly { readonly offset: number; readonly size: number }[];
        readonly messages: readonly Record<string, unknown>[];
      }
    >
  >;
}

const layouts = JSON.parse(readFileSync(path('test/vectors/virtio-msg-layouts.json'), 'utf8')) as Layouts;

/** Payloads of a dialect by message, as the fact sheet has them: no name of ours, only bytes. */
function payloadsOf(name: string): Map<string, string> {
  const payloads = new Map<string, string>();
  for (const message of layouts.dialects[name]?.messages ?? [])
    for (const kind of ['request', 'response', 'event']) {
      const fields = message[kind] as readonly Record<string, unknown>[] | null | undefined;
      if (!Array.isArray(fields)) continue;
      const rows = fields.map((f) => [f.must_be_zero === true ? '' : f.name, f.offset, f.type].join(' '));
      const { cls, name: title, id } = message as { cls: string; name: string; id: number };
      payloads.set(`${cls}.${title}.${kind}`, [id, ...rows].join('\n'));
    }
  return payloads;
}

describe('the five dialects that announce revision 1', () => {
  it.each(PAIRS)('%s and %s differ in just the messages whose bytes the fact sheet has otherwise', (a, b) => {
    const [left, right] = [payloadsOf(a), payloadsOf(b)];
    const keys = [...new Set([...left.keys(), ...right.keys()])];
    // The one field that has another name for the same thing.
    const text = (of: Map<string, string>, key: string): string | undefined =>
      key.startsWith('transport.GET_SHM.') ? of.get(key)?.replace(/^(shmid|index) /m, 'index ') : of.get(key);
    const expected = keys.filter((key) => text(left, key) !== text(right, key)).sort();
    const { units } = between(a, b);
    expect(
      units
        .filter((unit) => unit.differs)
        .map((unit) => unit.b ?? unit.a)
        .sort(),
    ).toEqual(expected);
  });

  it.each(PAIRS)('%s and %s have a witness for every difference of bytes', (a, b) => {
    const { items } = between(a, b);
    const wire = items.filter((item) => item.wire !== 'same');
    expect(wire.length).toBeGreaterThan(0);
    for (const item of wire) {
      expect(item.witness, brief(item)).not.toBeNull();
      expect(item.aToB !== null, brief(item)).toBe(item.a !== null || item.within === null || inBoth(item, 'a'));
      expect(item.bToA !== null, brief(item)).toBe(item.b !== null || item.within === null || inBoth(item, 'b'));
    }
    function inBoth(item: Difference, side: 'a' | 'b'): boolean {
      return between(a, b).units.find((unit) => unit.identity === item.within)?.[side] !== null;
    }
  });
});

describe('dialects and families that are the same', () => {
  it.each(['linux-rfc-v1 rfc2', 'qemu rfc3', 'optee pr28', 'trusty-v1 alpha', 'v1-2026 v1-2026'])(
    '%s: no difference',
    (names) => {
      const [a = '', b = ''] = names.split(' ');
      expect(between(a, b).items).toEqual([]);
    },
  );

  it('have none against themselves, whichever they are', () => {
    for (const [protocol, { families }] of Object.entries(store.index.protocols))
      for (const name of families)
        expect(compare(family(protocol, name), family(protocol, name)).items, name).toEqual([]);
  });
});

it('a dialect and a family have nothing to compare', () => {
  expect(() => compare(dialect('rfc3'), family('virtio-core', 'blk'))).toThrow(NotComparable);
});

describe('a witness', () => {
  const pairs = [
    ['rfc1', 'rfc2'],
    ['rfc3', 'v1-2026'],
    ['qemu-2024-0', 'qemu-2024a'],
    ['ffa-2024', 'ffa-2025b'],
    ['ffa-2026a', 'ffa-v1'],
  ] as const;

  it.each(pairs)('between %s and %s is read by both as the public decoder reads it', (a, b) => {
    const { items, units } = between(a, b);
    const verdicts = [...items, ...units].flatMap(({ aToB, bToA }) => [aToB, bToA]);
    const witnesses = new Set(verdicts.flatMap((v) => (v === null ? [] : [v.witness])));
    expect(witnesses.size).toBeGreaterThan(0);
    for (const witness of witnesses) {
      const told = (side: 'a' | 'b'): string =>
        witness.sender === side ? witness.unit : (witness.expected ?? witness.unit);
      expect(readingOf(dialect(a), witness.bytes, told('a'))).toEqual(shown(witness.a));
      expect(readingOf(dialect(b), witness.bytes, told('b'))).toEqual(shown(witness.b));
    }
  });

  it.each(pairs)('between %s and %s that is misread is accepted, with another value or as another message', (a, b) => {
    for (const { aToB, bToA } of between(a, b).units) {
      for (const verdict of [aToB, bToA]) {
        if (verdict?.outcome !== 'misread') continue;
        const { a: left, b: right } = verdict.witness;
        if ('error' in left || 'error' in right) expect.unreachable('a refused message cannot be misread');
        else if (left.identity === right.identity) expect(fieldsOf(left)).not.toEqual(fieldsOf(right));
      }
    }
  });

  it('of structs is read by both as the public decoder reads it', () => {
    const [a, b] = [family('admin-vq', 'admin-rfc2021'), family('admin-vq', 'admin-1.4')];
    for (const item of compare(a, b).items)
      for (const verdict of [item.aToB, item.bToA]) {
        if (verdict === null) continue;
        const { witness } = verdict;
        for (const [side, index] of [['a', a] as const, ['b', b] as const]) {
          const key = witness.sender === side ? witness.unit : (witness.expected ?? '');
          const named = index.find(key);
          const decoded = named === null ? null : decodeStruct(index, named, witness.bytes);
          const reading = witness[side];
          if (decoded === null || isRefusedStruct(decoded)) expect(reading).toHaveProperty('error');
          else
            expect(Object.entries(fieldsOf(reading))).toEqual(
              expect.arrayContaining(Object.entries(spellLeaves(decoded.leaves))),
            );
        }
      }
  });
});

const fieldsOf = (reading: WitnessReading): Record<string, string> =>
  'error' in reading ? {} : Object.fromEntries(reading.leaves.map((leaf) => [leaf.path, leaf.value]));

const shown = (reading: WitnessReading) =>
  'error' in reading
    ? { code: reading.error.code }
    : { unit: reading.unit, fields: wordsOf(reading), size: reading.end };

/** Fields as values of whole words, which is how the decoder names them. */
const wordsOf = (reading: WitnessReading): Record<string, string> =>
  'error' in reading
    ? {}
    : Object.fromEntries(
        reading.leaves.filter((l) => !l.group && !l.path.startsWith('header.')).map((l) => [l.path, l.value]),
      );

function readingOf(index: DialectIndex, bytes: Uint8Array, expected: string) {
  const decoded = decode(index, bytes, (announced) => {
    if (announced.length < 2) return announced;
    const named = announced.filter((body) => body.key === expected);
    const answers = expected.endsWith('.response');
    return named.length > 0 ? named : announced.filter((body) => (body.kind === 'response') === answers);
  });
  if (isRefused(decoded)) return { code: decoded.error.code };
  const fields: Record<string, string> = {};
  for (const field of decoded.body.fields) {
    const value = decoded.fields[field.name];
    if (value instanceof Uint8Array) {
      if (value.length > 0) fields[field.name] = Buffer.from(value).toString('hex');
    } else if (Array.isArray(value)) for (const [i, v] of value.entries()) fields[`${field.name}[${i}]`] = String(v);
    else fields[field.name] = String(value);
  }
  return { unit: decoded.body.key, fields, size: decoded.size };
}

describe('with the sides exchanged', () => {
  it.each([
    ['rfc3', 'v1-2026'],
    ['rfc2', 'rfc3'],
    ['ffa-2025a', 'ffa-2025b'],
  ])('%s and %s differ in the same way', (a, b) => {
    expect(mirror(between(a, b))).toEqual(between(b, a));
  });

  it('families do, too', () => {
    const [a, b] = [family('admin-vq', 'admin-rfc2021'), family('admin-vq', 'admin-1.4')];
    expect(mirror(compare(a, b))).toEqual(compare(b, a));
  });
});
