import {
  type Comparison,
  compare,
  compile,
  DialectIndex,
  type Difference,
  FamilyIndex,
  mirror,
  renderDiff,
  renderDiffMarkdown,
} from '@virtio-wire/generator';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomSchema } from './support/random-schema.js';

const HEAD = `
language: 1
protocol: demo
dialect: base
title: "Demo"
doc: "A protocol for tests."
spec: "demo, chapter 1"
`;

const OWNED = (owner: string): string =>
  `ranges: [ { class: transport, from: 0x00, to: 0x7f, owner: standard, doc: "r" }, { class: transport, from: 0x80, to: 0xff, owner: ${owner}, doc: "r" } ]`;

const FRAME = `
framing: { size: { field: msg_size }, response_bit: response }
header:
  - { name: type, type: u8, role: type, bits: [ { name: response, lsb: 0, width: 1, doc: "1 = response" }, { name: reserved, lsb: 1, width: 7, reserved: true, doc: "zero" } ], doc: "direction" }
  - { name: msg_id, type: u8, role: id, doc: "message id" }
  - { name: msg_size, type: u16, role: size, doc: "bytes in all" }
classes:
  transport: { doc: "the only class" }
`;

const DEFAULTS = { id: '0x01', from: 'driver', rules: '', extra: '', head: FRAME };
type Parts = Partial<typeof DEFAULTS>;

/** A dialect with one message of these fields. */
const dialect = (fields: readonly string[], parts: Parts = {}): DialectIndex => {
  const { id, from, rules, extra, head } = { ...DEFAULTS, ...parts };
  const rows = fields.map((f) => `\n          - { ${f}, doc: "a field" }`).join('') || ' []';
  const text = `${HEAD}${head}${extra}
messages:
  transport:
    ASK:
      id: ${id}
      from: ${from}
      doc: "Asks."
      spec: "demo, ASK"
      request:
        fields:${rows}${rules}
`;
  const { dialects, report } = compile([{ file: 'schema/demo/base.yaml', text }]);
  expect(report.diagnostics, text).toEqual([]);
  return new DialectIndex(dialects[0]!);
};

const family = (structs: string): FamilyIndex => {
  const { families, report } = compile([{ file: 'schema/demo/base.yaml', text: `${HEAD}${structs}` }]);
  expect(report.diagnostics, structs).toEqual([]);
  return new FamilyIndex(families[0]!);
};

const told = ({ path, wire, source, meaning, before, after }: Difference): string =>
  `${path.replace('transport.ASK.request.', '')} ${wire}/${source}/${meaning}: ${before} → ${after}`;
const outcomes = ({ aToB, bToA }: Difference): string => `${aToB?.outcome ?? '-'}, ${bToA?.outcome ?? '-'}`;
const all = ({ items }: Comparison): string[] => items.map((item) => `${told(item)} [${outcomes(item)}]`);

const A = 'name: a, type: u16';
const B = 'name: b, type: u16';
const RULES = (rule: string): string => `
        constraints:
          - { field: a, rule: "${rule}", doc: "a rule" }`;
const STATES = (values: string, more = ''): string => `
enums:
  states:
    doc: "States."
    spec: "demo, states"${more}
    values: { ${values} }
`;
const STATE = 'name: state, type: u8, enum: states';

describe('one change of a schema is one difference, of the kind and on the axis it is of', () => {
  const changes: readonly (readonly [string, DialectIndex, DialectIndex, readonly string[]])[] = [
    ['nothing', dialect([A, B]), dialect([A, B]), []],
    [
      'an exchange of two fields of one size moves both, and is misread',
      dialect([A, B]),
      dialect([B, A]),
      [
        'a moved/same/same: u16 at 4 → u16 at 6 [misread, misread]',
        'b moved/same/same: u16 at 6 → u16 at 4 [misread, misread]',
      ],
    ],
    [
      'a field at the end is refused by who expects it, and ignored by who does not know it',
      dialect([A]),
      dialect([A, B]),
      ['b added/added/added: null → u16 at 6 [rejected, ignored]'],
    ],
    [
      'a field that is gone',
      dialect([A, B]),
      dialect([A]),
      ['b removed/removed/removed: u16 at 6 → null [ignored, rejected]'],
    ],
    [
      'another field in the same bytes is misread, as nobody says that it is the same',
      dialect([A]),
      dialect([B]),
      [
        'a removed/removed/removed: u16 at 4 → null [misread, misread]',
        'b added/added/added: null → u16 at 4 [misread, misread]',
      ],
    ],
    [
      'a wider integer',
      dialect([B, A]),
      dialect([B, 'name: a, type: u32']),
      ['a widened/same/same: u16 at 6 → u32 at 6 [rejected, misread]'],
    ],
    [
      'another byte order',
      dialect([A]),
      dialect(['name: a, type: be16']),
      ['a retyped/same/same: u16 at 4 → be16 at 4 [misread, misread]'],
    ],
    [
      'reserved bytes that get a use are zero to who did not have them, and ignored by who does not look',
      dialect(['name: reserved, type: u16, reserved: true']),
      dialect([A]),
      ['a added/added/added: u16 at 4, reserved → u16 at 4 [unset, ignored]'],
    ],
    [
      'an array counted in another unit',
      dialect(['name: n, type: u16', 'name: d, type: "u16[n]"']),
      dialect(['name: n, type: u16', 'name: d, type: "u16[n bytes]"']),
      ['d retyped/same/same: u16[n] at 6 → u16[n bytes] at 6 [misread, rejected]'],
    ],
    [
      'another id',
      dialect([A]),
      dialect([A], { id: '0x02' }),
      ['transport.ASK.request renumbered/same/same: id 0x01 → id 0x02 [rejected, rejected]'],
    ],
    [
      'another sender',
      dialect([A]),
      dialect([A], { from: 'either' }),
      ['transport.ASK.request same/same/loosened: from driver → from either [-, -]'],
    ],
    [
      'a rule that came',
      dialect([A]),
      dialect([A], { rules: RULES('a <= 8') }),
      ['a same/same/tightened: null → a <= 8 [-, -]'],
    ],
    [
      'a rule with a higher limit',
      dialect([A], { rules: RULES('a <= 8') }),
      dialect([A], { rules: RULES('a <= 16') }),
      ['a same/same/loosened: a <= 8 → a <= 16 [-, -]'],
    ],
    [
      'a constant under another name',
      dialect([STATE], { extra: STATES('READY: { value: 1, doc: "r" }') }),
      dialect([STATE], { extra: STATES('ADDED: { value: 1, doc: "r" }') }),
      ['enums.states.ADDED same/renamed/same: 1 → 1 [-, -]'],
    ],
    [
      'constants that exchange their numbers are misread though every byte is read alike',
      dialect([STATE], { extra: STATES('UP: { value: 1, doc: "u" }, DOWN: { value: 2, doc: "d" }') }),
      dialect([STATE], { extra: STATES('UP: { value: 2, doc: "u" }, DOWN: { value: 1, doc: "d" }') }),
      [
        'enums.states.DOWN renumbered/same/same: 2 → 1 [misread, misread]',
        'enums.states.UP renumbered/same/same: 1 → 2 [misread, misread]',
      ],
    ],
    [
      'values that others may add to',
      dialect([STATE], { extra: STATES('UP: { value: 1, doc: "u" }') }),
      dialect([STATE], { extra: STATES('UP: { value: 1, doc: "u" }', '\n    open: true') }),
      ['enums.states same/same/loosened: closed → open [-, -]'],
    ],
    [
      'a lower limit of sizes',
      dialect([A], { extra: 'limits: { max: 64 }' }),
      dialect([A], { extra: 'limits: { max: 48 }' }),
      ['limits.max same/same/tightened: 64 bytes → 48 bytes [-, -]'],
    ],
    [
      'ids that change hands',
      dialect([A], { extra: OWNED('reserved') }),
      dialect([A], { extra: OWNED('bus') }),
      ['ranges.transport.0x80-0xff same/same/loosened: reserved → bus [-, -]'],
    ],
    [
      'frames of fixed size instead of counted ones',
      dialect([A]),
      dialect([A], {
        head: FRAME.replace('{ field: msg_size }', '{ fixed: 8 }').replace(
          'msg_size, type: u16, role: size',
          'msg_size, type: u16',
        ),
      }),
      ['framing.size tightened/same/same: counted in the header → always 8 bytes [rejected, rejected]'],
    ],
  ];

  it.each(changes)('%s', (_, a, b, expected) => {
    const comparison = compare(a, b);
    expect(all(comparison).sort()).toEqual([...expected].sort());
    expect(mirror(comparison)).toEqual(compare(b, a));
  });
});

describe('groups of bits', () => {
  const word = (...groups: string[]): DialectIndex =>
    dialect([`name: w, type: u16, bits: [ ${groups.map((g) => `{ ${g}, doc: "bits" }`).join(', ')} ]`]);

  it('move within their word, which itself stays', () => {
    const a = word('name: x, lsb: 0, width: 4', 'name: y, lsb: 4, width: 12');
    const b = word('name: y, lsb: 0, width: 12', 'name: x, lsb: 12, width: 4');
    expect(all(compare(a, b))).toEqual([
      'w.x moved/same/same: bits 0 to 3 → bits 12 to 15 [misread, misread]',
      'w.y moved/same/same: bits 4 to 15 → bits 0 to 11 [misread, misread]',
    ]);
  });

  it('grow into reserved bits', () => {
    const a = word('name: x, lsb: 0, width: 4', 'name: rest, lsb: 4, width: 12, reserved: true');
    const b = word('name: x, lsb: 0, width: 8', 'name: rest, lsb: 8, width: 8, reserved: true');
    expect(all(compare(a, b))).toEqual(['w.x widened/same/same: bits 0 to 3 → bits 0 to 7 [same, misread]']);
  });
});

describe('structs', () => {
  const struct = (...rows: string[]): FamilyIndex =>
    family(`structs:\n  s:\n    doc: "A struct."\n    fields:${rows.map((r) => `\n      - ${r}`).join('')}\n`);
  const field = (name: string, type: string): string => `{ name: ${name}, type: ${type}, doc: "a field" }`;
  const arms = (one: number, two: number): string =>
    `{ name: body, union: { tag: kind, arms: { one: { when: ${one}, doc: "first", fields: [ ${field('x', 'u32')} ] }, two: { when: ${two}, doc: "second", fields: [ ${field('y', 'u32')} ] } } }, doc: "either" }`;

  it('have fields with offset, width and byte order', () => {
    const a = struct(field('x', 'u16'), field('y', 'u16'));
    const b = struct(field('y', 'be16'), field('x', 'u32'));
    expect(all(compare(a, b))).toEqual([
      's.x widened/same/same: u16 at 0 → u32 at 2 [rejected, misread]',
      's.y retyped/same/same: u16 at 2 → be16 at 0 [rejected, misread]',
    ]);
  });

  it('have arms, and a tag value that chooses another one is misread', () => {
    const comparison = compare(struct(field('kind', 'u32'), arms(1, 2)), struct(field('kind', 'u32'), arms(2, 1)));
    expect(all(comparison)).toEqual([
      's/one renumbered/same/same: when kind 1 → when kind 2 [misread, misread]',
      's/two renumbered/same/same: when kind 2 → when kind 1 [misread, misread]',
    ]);
  });

  it('have records whose fields are matched one by one', () => {
    const records = (x: string, y: string): FamilyIndex =>
      family(
        `structs:\n  r:\n    doc: "A record."\n    fields:\n      - ${x}\n      - ${y}\n  s:\n    doc: "A struct."\n    fields:\n      - { name: rs, type: "r[2]", doc: "records" }\n`,
      );
    const comparison = compare(
      records(field('x', 'u16'), field('y', 'u16')),
      records(field('y', 'u16'), field('x', 'u16')),
    );
    expect(all(comparison)).toContain('s.rs[].x moved/same/same: u16 at 0 → u16 at 2 [misread, misread]');
  });

  it('are regions of memory with holes, whose fields move', () => {
    const region = (at: number): FamilyIndex =>
      family(
        `layouts:\n  RING:\n    doc: "A region."\n    size: 16\n    align: 8\n    fields:\n      - { name: head, type: u32, at: 0, doc: "where" }\n      - { name: tail, type: u32, at: ${at}, doc: "where" }\n`,
      );
    expect(all(compare(region(4), region(8)))[0]).toContain('RING.tail moved/same/same: u32 at 4 → u32 at 8');
  });

  it('come and go as a whole', () => {
    const one = family(`structs:\n  s:\n    doc: "A struct."\n    fields: [ ${field('x', 'u16')} ]\n`);
    const two = family(
      `structs:\n  s:\n    doc: "A struct."\n    fields: [ ${field('x', 'u16')} ]\n  t:\n    doc: "Another."\n    fields: [ ${field('x', 'u16')} ]\n`,
    );
    expect(compare(one, two).items.map(told)).toEqual(['t added/added/added: null → null']);
  });
});

describe('renames that the schema states', () => {
  const child = (body: string): DialectIndex[] => {
    const parent = `${HEAD}${FRAME}
messages:
  transport:
    ASK:
      id: 0x01
      from: driver
      doc: "Asks."
      spec: "demo, ASK"
      request:
        fields: [ { name: a, type: u16, doc: "a field" } ]
`;
    const text = `${HEAD.replace('dialect: base', 'dialect: child\nextends: base')}\nmessages:\n  transport:\n${body}`;
    const { dialects, report } = compile([
      { file: 'schema/demo/base.yaml', text: parent },
      { file: 'schema/demo/child.yaml', text },
    ]);
    expect(report.diagnostics).toEqual([]);
    return dialects.map((ir) => new DialectIndex(ir));
  };

  it('of a message: same bytes under another name', () => {
    const [a, b] = child('    QUERY:\n      was: ASK\n');
    expect(all(compare(a!, b!))).toEqual([
      'transport.QUERY.request same/renamed/same: transport.ASK.request → transport.QUERY.request [-, -]',
    ]);
  });

  it('of a message whose name another one takes over', () => {
    const [a, b] = child(
      '    QUERY: { was: ASK }\n    ASK: { id: 0x02, from: driver, doc: "New.", spec: "demo", request: { fields: [] } }\n',
    );
    expect(compare(a!, b!).units.map(({ a: x, b: y }) => [x, y])).toEqual([
      ['transport.ASK.request', 'transport.QUERY.request'],
      [null, 'transport.ASK.request'],
    ]);
  });

  it('of a field: same bytes under another name', () => {
    const [a, b] = child(
      '    ASK:\n      request:\n        fields: [ { name: b, was: a, type: u16, doc: "a field" } ]\n',
    );
    expect(all(compare(a!, b!))).toEqual(['b same/renamed/same: u16 at 4 → u16 at 4 [-, -]']);
  });

  it('of a field whose name another one takes over', () => {
    const [a, b] = child(
      '    ASK:\n      request:\n        fields:\n          - { name: a, type: u16, doc: "new" }\n          - { name: b, was: a, type: u16, doc: "old" }\n',
    );
    expect(all(compare(a!, b!))).toEqual([
      'a added/added/added: null → u16 at 4 [rejected, misread]',
      'b moved/renamed/same: u16 at 4 → u16 at 6 [rejected, misread]',
    ]);
  });
});

describe('what people read', () => {
  const plain = (text: string): string => text;
  const paint = { bold: plain, red: plain, yellow: plain, cyan: plain, dim: plain };
  const comparison = compare(dialect([A, B]), dialect([B, A]), { a: 'demo/one', b: 'demo/two' });

  it.each([60, 80, 100, 120])('fits %i columns', (width) => {
    for (const line of renderDiff(comparison, { width, paint }).split('\n'))
      expect(line.length).toBeLessThanOrEqual(width);
  });

  it('tells the bytes and what each side reads in them', () => {
    const text = renderDiff(comparison, { width: 1000, paint });
    expect(text).toContain('These 8 bytes 0001080010001800: one reads a = 16, b = 24; two reads b = 16, a = 24');
  });

  it('puts what is misread before what is refused', () => {
    const text = renderDiff(comparison, { width: 100, paint, summary: true });
    expect(text.split('\n')[0]).toBe('demo/one → demo/two: 1 of 1 messages differ on the wire: 1 silently misread');
  });

  it('is Markdown with a table and the same sentence', () => {
    const text = renderDiffMarkdown(comparison);
    expect(text).toContain('| transport ASK request | **misread** | **misread** | b moved, a moved |');
    expect(text).toContain('one reads a = 16, b = 24; two reads b = 16, a = 24');
  });
});

it('exchanging the sides exchanges the differences, for any two schemas', () => {
  fc.assert(
    fc.property(randomSchema, randomSchema, (a, b) => {
      const [left, right] = [a, b].map((text) => {
        const { dialects } = compile([{ file: 'schema/random/drawn.yaml', text }]);
        return new DialectIndex(dialects[0]!);
      });
      expect(mirror(compare(left!, right!))).toEqual(compare(right!, left!));
      expect(compare(left!, left!).items).toEqual([]);
    }),
    { numRuns: 6, endOnFailure: true },
  );
});
