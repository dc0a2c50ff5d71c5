import fc from 'fast-check';
import { stringify } from 'yaml';

const INTS = ['u8', 'u16', 'u24', 'u32', 'u64', 's32', 'be16', 'be32'];
const BITS: Record<string, number> = { u8: 8, u16: 16, u24: 24, u32: 32, u64: 64, s32: 32, be16: 16, be32: 32 };

/** Names that generated code uses itself, that JavaScript reserves, or that other fields' derived names would take. */
const AWKWARD = [
  ...[
    'type',
    'at',
    'bind',
    'check',
    'view',
    'p',
    'end',
    'size',
    'length',
    'offset',
    'count',
    'data',
    'index',
    'i',
    'n',
  ],
  ...['class', 'delete', 'in', 'encode', 'decode', 'header', 'value', 'BODY', 'View', 'Number', 'Math'],
  ...['x', 'x_lo', 'x_count', 'x_at', 'x_offset', 'x_view', 'set_x', 'set_x_at', 'msg_id', 'token', 'body', 'fields'],
];
/** Names that every JavaScript object has already: no field can take them. */
const TAKEN = ['__proto__', 'constructor', 'prototype', 'toString', 'valueOf', 'hasOwnProperty'];
const name = fc.oneof(fc.constantFrom(...AWKWARD), fc.stringMatching(/^[a-z][a-z0-9]{1,6}$/));
const doc = fc.constantFrom('text', 'ends a comment */ and `goes` on', "it's \\ two\nlines", 'ünïcode “quotes”');

type Source = Record<string, unknown>;

/** Now and then what codecs cannot be generated for, where a schema is allowed to be bold. */
const daring = <T>(bold: boolean, usual: fc.Arbitrary<T>, odd: fc.Arbitrary<T>): fc.Arbitrary<T> =>
  bold ? fc.oneof({ weight: 24, arbitrary: usual }, { weight: 1, arbitrary: odd }) : usual;

/** Names enough for a list of fields. */
const namesFor = (bold: boolean, n: number): fc.Arbitrary<string[]> =>
  fc.uniqueArray(
    bold ? fc.oneof({ weight: 500, arbitrary: name }, { weight: 1, arbitrary: fc.constantFrom(...TAKEN) }) : name,
    {
      minLength: n,
      maxLength: n,
    },
  );

/** Groups of bits that cover an integer; in a u64 none crosses bit 32 where it is halved. */
function groups(
  type: string,
  cuts: readonly number[],
  reserved: readonly boolean[],
  names: Iterator<string>,
  halved = true,
): Source[] {
  const width = BITS[type] ?? 0;
  const half = halved && width > 32 ? [32] : [];
  const places = [...new Set([0, ...half, ...cuts.map((c) => c % width)])].sort((a, b) => a - b);
  return places.map((lsb, i) => ({
    name: names.next().value,
    lsb,
    width: (places[i + 1] ?? width) - lsb,
    ...(reserved[i % reserved.length] ? { reserved: true } : {}),
    doc: 'bits',
  }));
}

/** Bits of the largest integer. */
const ALL_BITS = Array.from({ length: 64 }, (_, bit) => bit);

const item = (bold: boolean) =>
  fc.record({
    halved: daring(bold, fc.constant(true), fc.constant(false)),
    type: fc.constantFrom(...INTS),
    shape: fc.constantFrom('int', 'int', 'int', 'enum', 'bits', 'bits', 'array', 'array', 'uuid', 'mac'),
    n: daring(bold, fc.integer({ min: 1, max: 5 }), fc.integer({ min: 30, max: 300 })),
    reserved: fc.constantFrom(false, false, false, true),
    cuts: fc.array(fc.integer({ min: 1, max: 63 }), { maxLength: 4 }),
    reservedBits: fc.array(fc.boolean(), { minLength: 1, maxLength: 4 }),
    doc,
  });

type Drawn<A> = A extends fc.Arbitrary<infer T> ? T : never;

function fieldOf(drawn: Drawn<ReturnType<typeof item>>, names: Iterator<string>): Source {
  const { shape, type, n, reserved } = drawn;
  const base = { name: names.next().value, ...(reserved ? { reserved: true } : {}), doc: drawn.doc };
  if (shape === 'array') return { ...base, type: `${type}[${n}]` };
  if (shape === 'uuid' || shape === 'mac') return { ...base, type: shape };
  if (shape === 'enum') return { ...base, type, enum: 'colour' };
  if (shape === 'int') return { ...base, type };
  return { ...base, type, reserved: false, bits: groups(type, drawn.cuts, drawn.reservedBits, names, drawn.halved) };
}

const tail = (bold: boolean) =>
  fc.record({
    reserved: daring(bold, fc.constant(false), fc.constant(true)),
    counter: fc.constantFrom('u8', 'u16', 'u24', 'u32', 'be16', 'be32'),
    of: fc.constantFrom('u8', ...INTS),
    unit: fc.constantFrom('', ' bytes', ' bits'),
    between: fc.boolean(),
  });

const body = (bold: boolean) =>
  fc
    .record({
      names: namesFor(bold, 60),
      items: fc.array(item(bold), { maxLength: 5 }),
      tail: fc.option(tail(bold), { nil: undefined }),
    })
    .map((drawn) => (framed: boolean): Source => {
      const names = drawn.names.values();
      const fields = drawn.items.map((i) => fieldOf(i, names));
      if (drawn.tail === undefined || framed) return { fields };
      const { counter, of, unit, between, reserved } = drawn.tail;
      const count = { name: names.next().value, type: counter, ...(reserved ? { reserved } : {}), doc: 'count' };
      if (between) fields.unshift(count);
      else fields.push(count);
      const type = `${unit === ' bits' ? 'u8' : of}[${count.name}${unit}]`;
      return { fields: [...fields, { name: names.next().value, type, doc: 'tail' }] };
    });

const message = (bold: boolean) =>
  fc.record({
    name: fc.constantFrom('PING', 'GET_X', 'SET', 'M', 'NOTE_7'),
    class: fc.constantFrom('transport', 'bus', 'far'),
    id: fc.constantFrom(0, 1, 2, 0x3f, 0x40, 0x7f, 0x80, 0xff),
    hot: fc.boolean(),
    request: fc.option(body(bold), { nil: undefined }),
    response: fc.option(body(bold), { nil: undefined }),
    event: fc.option(body(bold), { nil: undefined, freq: 1 }),
    doc,
  });

const header = (bold: boolean) =>
  fc
    .record({
      places: fc.shuffledSubarray(ALL_BITS, { minLength: 64 }),
      type: daring(
        bold,
        fc.constantFrom('u8', 'u8', 'u16', 'be16', 'u24'),
        fc.constantFrom('u32', 'be32', 's32', 'u64'),
      ),
      response: fc.constantFrom(true, true, true, false),
      typeless: fc.constantFrom(false, false, false, false, true),
      id: daring(bold, fc.constantFrom('u8', 'u8', 'u16', 'be16'), fc.constantFrom('u24', 'u32', 's32', 'u64')),
      device: fc.constantFrom('', 'u8', 'u16', 'be16', 'u32', 'be32'),
      token: fc.constantFrom('', 'u16', 'be16', 'u24', 'u32'),
      size: daring(
        bold,
        fc.constantFrom('', 'u16', 'u16', 'be16', 'u24', 'u32', 'be32', 's32'),
        fc.constantFrom('u8', 'u64'),
      ),
      extra: fc.array(
        fc.record({
          type: daring(bold, fc.constantFrom('u8', 'u16', 'u24', 'u32', 's32', 'be16', 'be32'), fc.constant('u64')),
          reserved: fc.boolean(),
          cuts: fc.array(fc.integer({ min: 1, max: 31 }), { maxLength: 2 }),
        }),
        { maxLength: 2 },
      ),
      names: namesFor(bold, 30),
      order: fc.array(fc.nat(), { minLength: 7, maxLength: 7 }),
    })
    .map(({ places, type, response, typeless, id, device, token, size, extra, names, order }) => {
      const all = names.values();
      const typeBits = BITS[type] ?? 8;
      const [responseAt, busAt, farAt] = places.filter((place) => place < typeBits);
      // Together they have 32 bits at most, unless they are to be refused.
      const idType = bold || typeBits + (BITS[id] ?? 8) <= 32 ? id : 'u8';
      const [responseBit, busBit, farBit] = ['response', 'bus', 'far'];
      const bits = Array.from({ length: typeBits }, (_, lsb) => {
        const known = lsb === responseAt ? responseBit : lsb === busAt ? busBit : lsb === farAt ? farBit : undefined;
        return {
          name: known ?? `free${lsb}`,
          lsb,
          width: 1,
          ...(known === undefined ? { reserved: true } : {}),
          doc: 'bit',
        };
      });
      const role = (role: string, type: string, more: Source = {}): Source[] =>
        type === '' ? [] : [{ name: `${all.next().value}_${role}`, type, role, ...more, doc: role }];
      const fields = [
        // Nothing may mark a response or a class where there is no type.
        ...(typeless ? [] : role('type', type, { bits })),
        ...role('id', idType),
        ...role('device', device),
        ...role('token', token),
        ...role('size', size),
        ...extra.map(({ type, reserved, cuts }): Source => {
          const own = { name: all.next().value, type, doc: 'more' };
          return reserved ? { ...own, reserved } : { ...own, bits: groups(type, cuts, [false], all) };
        }),
      ];
      const sizeField = fields.find((f) => f.role === 'size')?.name;
      return {
        framed: size === '',
        header: fields
          .map((f, i) => ({ f, at: order[i] ?? 0 }))
          .sort((a, b) => a.at - b.at)
          .map(({ f }) => f),
        framing: {
          size: sizeField === undefined ? { fixed: 320 } : { field: sizeField },
          ...(response && !typeless ? { response_bit: responseBit } : {}),
        },
        classes: {
          transport: { doc: 'transport' },
          ...(typeless ? {} : { bus: { doc: 'bus', bit: busBit }, far: { doc: 'far', bit: farBit } }),
        },
      };
    });

const schemas = (bold: boolean): fc.Arbitrary<string> =>
  fc
    .record({
      header: header(bold),
      messages: fc.uniqueArray(message(bold), { minLength: 1, maxLength: 4, selector: (m) => `${m.class} ${m.id}` }),
    })
    .map(({ header: { framed, ...head }, messages }) => {
      const classes: Record<string, Record<string, Source>> = {};
      // An id alone tells messages apart where there is one class.
      const known = messages
        .map((m) => (Object.hasOwn(head.classes, m.class) ? m : { ...m, class: 'transport' }))
        .filter((m, i, all) => all.findIndex((other) => other.class === m.class && other.id === m.id) === i);
      for (const m of known) {
        const kinds = Object.fromEntries(
          (['request', 'response', 'event'] as const).flatMap((kind) => {
            const drawn = m[kind];
            return drawn === undefined ? [] : [[kind, drawn(framed)]];
          }),
        );
        if (Object.keys(kinds).length === 0) kinds.request = { fields: [] };
        const own = { id: m.id, from: 'either', hot: m.hot, doc: m.doc, spec: 'nowhere', ...kinds };
        classes[m.class] = { ...classes[m.class], [m.name]: own };
      }
      return stringify({
        language: 1,
        protocol: 'random',
        dialect: 'drawn',
        title: 'Drawn',
        doc: 'A dialect nobody speaks.',
        spec: 'none',
        ...head,
        enums: { colour: { doc: 'colours', open: true, values: { RED: { value: 1, doc: 'red' } } } },
        messages: classes,
      });
    });

/** YAML of a dialect that is valid in every respect the language knows, however odd. */
export const randomSchema = schemas(false);

/** The same, which may also hold one thing or another that no codec is generated for. */
export const boldSchema = schemas(true);
