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
const name = fc.oneof(fc.constantFrom(...AWKWARD), fc.stringMatching(/^[a-z][a-z0-9]{1,6}$/));
const doc = fc.constantFrom('text', 'ends a comment */ and `goes` on', "it's \\ two\nlines", 'ünïcode “quotes”');

type Source = Record<string, unknown>;

/** Where groups of bits must end: at bit 32 of a u64, and somewhere in an s32, whose encoder checks a group by the word's range. */
const HALVED: Record<string, number[]> = { u64: [32], s32: [16] };

/** Groups of bits that cover an integer; in a u64 none crosses bit 32. */
function groups(
  type: string,
  cuts: readonly number[],
  reserved: readonly boolean[],
  names: Iterator<string>,
): Source[] {
  const width = BITS[type] ?? 0;
  const places = [...new Set([0, ...(HALVED[type] ?? []), ...cuts.map((c) => c % width)])].sort((a, b) => a - b);
  return places.map((lsb, i) => ({
    name: names.next().value,
    lsb,
    width: (places[i + 1] ?? width) - lsb,
    ...(reserved[i % reserved.length] ? { reserved: true } : {}),
    doc: 'bits',
  }));
}

const item = fc.record({
  type: fc.constantFrom(...INTS),
  shape: fc.constantFrom('int', 'int', 'int', 'enum', 'bits', 'bits', 'array', 'array', 'uuid', 'mac'),
  n: fc.integer({ min: 1, max: 5 }),
  reserved: fc.constantFrom(false, false, false, true),
  cuts: fc.array(fc.integer({ min: 1, max: 63 }), { maxLength: 4 }),
  reservedBits: fc.array(fc.boolean(), { minLength: 1, maxLength: 4 }),
  doc,
});

function fieldOf(drawn: typeof item extends fc.Arbitrary<infer T> ? T : never, names: Iterator<string>): Source {
  const { shape, type, n, reserved } = drawn;
  const base = { name: names.next().value, ...(reserved ? { reserved: true } : {}), doc: drawn.doc };
  if (shape === 'array') return { ...base, type: `${type}[${n}]` };
  if (shape === 'uuid' || shape === 'mac') return { ...base, type: shape };
  if (shape === 'enum') return { ...base, type, enum: 'colour' };
  if (shape === 'int') return { ...base, type };
  return { ...base, type, reserved: false, bits: groups(type, drawn.cuts, drawn.reservedBits, names) };
}

const tail = fc.record({
  counter: fc.constantFrom('u8', 'u16', 'u24', 'u32', 'be16', 'be32'),
  of: fc.constantFrom('u8', ...INTS),
  unit: fc.constantFrom('', ' bytes', ' bits'),
  between: fc.boolean(),
});

const body = fc
  .record({
    names: fc.uniqueArray(name, { minLength: 60, maxLength: 60 }),
    items: fc.array(item, { maxLength: 5 }),
    tail: fc.option(tail, { nil: undefined }),
  })
  .map((drawn) => (framed: boolean): Source => {
    const names = drawn.names.values();
    const fields = drawn.items.map((i) => fieldOf(i, names));
    if (drawn.tail === undefined || framed) return { fields };
    const { counter, of, unit, between } = drawn.tail;
    const count = { name: names.next().value, type: counter, doc: 'count' };
    if (between) fields.unshift(count);
    else fields.push(count);
    const type = `${unit === ' bits' ? 'u8' : of}[${count.name}${unit}]`;
    return { fields: [...fields, { name: names.next().value, type, doc: 'tail' }] };
  });

const message = fc.record({
  name: fc.constantFrom('PING', 'GET_X', 'SET', 'M', 'NOTE_7'),
  class: fc.constantFrom('transport', 'bus', 'far'),
  id: fc.constantFrom(0, 1, 2, 0x3f, 0x40, 0x7f, 0x80, 0xff),
  hot: fc.boolean(),
  request: fc.option(body, { nil: undefined }),
  response: fc.option(body, { nil: undefined }),
  event: fc.option(body, { nil: undefined, freq: 1 }),
  doc,
});

const header = fc
  .record({
    positions: fc.shuffledSubarray([0, 1, 2, 3, 4, 5, 6, 7], { minLength: 3, maxLength: 3 }),
    response: fc.constantFrom(true, true, true, false),
    id: fc.constantFrom('u8', 'u8', 'u16', 'be16'),
    device: fc.constantFrom('', 'u8', 'u16', 'be16', 'u32', 'be32'),
    token: fc.constantFrom('', 'u16', 'be16', 'u24', 'u32'),
    size: fc.constantFrom('', 'u16', 'u16', 'be16', 'u24', 'u32', 'be32', 's32'),
    extra: fc.array(
      fc.record({
        type: fc.constantFrom('u8', 'u16', 'u24', 'u32', 's32', 'be16', 'be32'),
        reserved: fc.boolean(),
        cuts: fc.array(fc.integer({ min: 1, max: 31 }), { maxLength: 2 }),
      }),
      { maxLength: 2 },
    ),
    names: fc.uniqueArray(name, { minLength: 30, maxLength: 30 }),
    order: fc.array(fc.nat(), { minLength: 7, maxLength: 7 }),
  })
  .map(({ positions, response, id, device, token, size, extra, names, order }) => {
    const all = names.values();
    const [responseAt = 0, busAt = 1, farAt = 2] = positions;
    const [responseBit, busBit, farBit] = ['response', 'bus', 'far'];
    const bits = Array.from({ length: 8 }, (_, lsb) => {
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
      ...role('type', 'u8', { bits }),
      ...role('id', id),
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
        ...(response ? { response_bit: responseBit } : {}),
      },
      classes: {
        transport: { doc: 'transport' },
        bus: { doc: 'bus', bit: busBit },
        far: { doc: 'far', bit: farBit },
      },
    };
  });

/** YAML of a dialect that is valid in every respect the language knows, however odd. */
export const randomSchema: fc.Arbitrary<string> = fc
  .record({
    header,
    messages: fc.uniqueArray(message, { minLength: 1, maxLength: 4, selector: (m) => `${m.class} ${m.id}` }),
  })
  .map(({ header: { framed, ...head }, messages }) => {
    const classes: Record<string, Record<string, Source>> = {};
    for (const m of messages) {
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
