import fc from 'fast-check';
import { stringify } from 'yaml';
import { below, type Random, randomFrom } from './random-values.js';

type Source = Record<string, unknown>;

const INTS = ['u8', 'u16', 'u24', 'u32', 'u64', 's32', 'be16', 'be32'];
const BITS: Record<string, number> = { u8: 8, u16: 16, u24: 24, u32: 32, u64: 64, s32: 32, be16: 16, be32: 32 };
const COUNTERS = ['u8', 'u8', 'u16', 'be16', 'u24', 'u32', 'be32'];

/** Names that generated code uses itself, that other fields' derived names would take, or that paths spell alike. */
const NAMES = [
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
  ...['class', 'delete', 'in', 'encode', 'decode', 'fields', 'value', 'View', 'Number', 'name', 'next', 'surplus'],
  ...[
    'x',
    'x_lo',
    'x_count',
    'x_at',
    'x_offset',
    'x_view',
    'set_x',
    'x_next',
    'x_y',
    'y',
    'x_number',
    'shape',
    'scratch',
  ],
];

/** What a family is made of: a struct per construct, and a region of memory. */
const KINDS = ['plain', 'tagged', 'nested-tag', 'counted', 'rest', 'tails', 'walked', 'elements', 'region'] as const;
type Kind = (typeof KINDS)[number];

const pick = <T>(random: Random, from: readonly T[]): T => from[below(random, from.length)] as T;
const chance = (random: Random, of: number): boolean => below(random, of) === 0;

class Family {
  readonly structs: Record<string, Source> = {};
  readonly layouts: Record<string, Source> = {};
  /** Names of structs of fixed size without unions, of those whose elements can be walked, and of those of one size. */
  readonly fixed: string[] = [];
  readonly walkable: string[] = [];
  readonly equal: string[] = [];

  constructor(readonly random: Random) {}

  add(kind: Kind, i: number): void {
    const name = `${kind.replace('-', '_')}${i}`;
    const fields = new Fields(this);
    this[METHODS[kind]](name, fields);
    if (kind !== 'region') this.structs[name] = { doc: 'A struct.', fields: fields.list };
  }

  plain(name: string, fields: Fields): void {
    fields.some(1, 4);
    this.fixed.push(name);
  }

  /** A union by a tag; with a default and a size, elements of it can stand in an array. */
  tagged(name: string, fields: Fields): void {
    const { random } = this;
    fields.some(0, 2);
    const tag = fields.tag();
    fields.some(0, 1);
    const total = !chance(random, 3);
    const sized = chance(random, 2);
    fields.union(tag, { total, size: sized ? 64 : undefined });
    fields.some(0, 2);
    if (total) (sized ? this.equal : this.walkable).push(name);
  }

  /** A union in an arm of another one, and a second one that asks the same tag again. */
  nestedTag(_name: string, fields: Fields): void {
    const tag = fields.tag();
    const other = fields.tag();
    fields.union(tag, { total: chance(this.random, 2), inner: other });
    fields.some(0, 1);
    if (chance(this.random, 2)) fields.union(chance(this.random, 2) ? tag : other, { total: true });
  }

  counted(name: string, fields: Fields): void {
    fields.some(0, 2);
    const own = fields.counter();
    fields.some(0, 2);
    fields.array(own);
    fields.some(0, 2);
    if (chance(this.random, 3)) {
      fields.array(fields.counter());
      fields.some(0, 1);
    }
    this.walkable.push(name);
  }

  rest(_name: string, fields: Fields): void {
    fields.some(0, 2);
    if (chance(this.random, 3)) fields.array(fields.counter());
    fields.some(0, 1);
    fields.add({ type: `${fields.element()}[...]` });
    fields.some(0, 2);
  }

  tails(_name: string, fields: Fields): void {
    fields.some(1, 3);
    for (const tail of ['hash', 'more', 'last'].slice(0, 1 + below(this.random, 3))) {
      const before = fields.list.length;
      fields.some(1, 2);
      for (const field of fields.list.slice(before)) field.tail = tail;
    }
  }

  walked(_name: string, fields: Fields): void {
    fields.some(0, 2);
    fields.add({ type: `${this.walkable.length > 0 ? pick(this.random, this.walkable) : 'u16'}[...]` });
  }

  elements(_name: string, fields: Fields): void {
    const { random } = this;
    fields.some(0, 1);
    const of = this.equal.length > 0 ? pick(random, this.equal) : 'be32';
    const count = pick(random, ['2', '...', 'counter']);
    if (count === 'counter') fields.array(fields.counter(), of);
    else fields.add({ type: `${of}[${count}]` });
    fields.some(0, 2);
  }

  region(name: string, fields: Fields): void {
    const { random } = this;
    const align = pick(random, [4, 8, 64]);
    let size = 0;
    for (let n = 1 + below(random, 4); n > 0; n--) {
      const type = pick(random, [...INTS, 'char[5]', 'u8[3]', 'u16[2]', 'uuid']);
      const reserved = chance(random, 6) && !type.startsWith('char');
      fields.add({ type, at: size, ...(reserved ? { reserved } : {}) });
      const bytes = sizeOf(type);
      size = Math.ceil((size + bytes) / align) * align;
    }
    const stride = 1 + below(random, 9);
    this.layouts[name.toUpperCase()] = {
      doc: 'A region.',
      size,
      align,
      fields: fields.list.map((f) => ({ ...f, name: f.name === 'slots' ? 'slot' : f.name })),
      ...(chance(random, 2) ? { slots: { at: size, stride, min: 2, doc: 'slots' } } : {}),
    };
  }
}

const METHODS = {
  plain: 'plain',
  tagged: 'tagged',
  'nested-tag': 'nestedTag',
  counted: 'counted',
  rest: 'rest',
  tails: 'tails',
  walked: 'walked',
  elements: 'elements',
  region: 'region',
} as const satisfies Record<Kind, keyof Family>;

function sizeOf(type: string): number {
  const [, base = '', n = '1'] = /^(\w+)(?:\[(\d+)\])?$/.exec(type) ?? [];
  const each = base === 'uuid' ? 16 : base === 'char' ? 1 : (BITS[base] ?? 0) / 8;
  return each * Number(n);
}

interface Choosing {
  /** Whether every value of the tag chooses an arm. */
  readonly total: boolean;
  readonly size?: number | undefined;
  /** A tag for a union within an arm. */
  readonly inner?: string;
}

/** The fields of one struct, each under a name no other has. */
class Fields {
  readonly list: Source[] = [];
  readonly #free: string[];

  constructor(
    readonly family: Family,
    taken: readonly string[] = [],
  ) {
    const { random } = family;
    this.#free = NAMES.filter((name) => !taken.includes(name))
      .map((name) => ({ name, at: random() }))
      .sort((a, b) => a.at - b.at)
      .map(({ name }) => name);
  }

  get #random(): Random {
    return this.family.random;
  }

  name(): string {
    return this.#free.pop() ?? `f${this.list.length}`;
  }

  add(field: Source): string {
    const name = this.name();
    this.list.push({ name, doc: 'a field', ...field });
    return name;
  }

  /** So many fields of fixed size. */
  some(least: number, most: number): void {
    for (let n = least + below(this.#random, most - least + 1); n > 0; n--) this.#one();
  }

  #one(): void {
    const random = this.#random;
    const reserved = chance(random, 6) ? { reserved: true } : {};
    const type = pick(random, INTS);
    const n = 1 + below(random, 4);
    switch (below(random, 9)) {
      case 0:
        this.add({ type, bits: this.#bits(BITS[type] ?? 0) });
        break;
      case 1:
        this.add({ type, enum: 'colour' });
        break;
      case 2:
        this.add({ type: `${type}[${n}]`, ...reserved });
        break;
      case 3:
        this.add({ type: pick(random, ['uuid', 'mac', 'char[7]', 'mac[2]', 'uuid[1]']) });
        break;
      case 4:
        if (this.family.fixed.length > 0) this.add({ type: pick(random, this.family.fixed) });
        break;
      case 5:
        if (this.family.fixed.length > 0) this.add({ type: `${pick(random, this.family.fixed)}[${n}]` });
        break;
      case 6:
        this.add({ type: `${type}[${n}]`, bits: this.#bits(BITS[type] ?? 0) });
        break;
      case 7:
        this.add({ type, ...(type === 's32' ? {} : { min: 1, max: 100 }) });
        break;
      default:
        this.add({ type, ...reserved });
    }
  }

  /** Groups of bits that cover an integer; in a u64 none crosses bit 32 where it is halved. */
  #bits(width: number): Source[] {
    const random = this.#random;
    const cuts = Array.from({ length: below(random, 4) }, () => below(random, width));
    const places = [...new Set([0, ...(width > 32 ? [32] : []), ...cuts])].sort((a, b) => a - b);
    return places.map((lsb, i) => ({
      name: `b${i}`,
      lsb,
      width: (places[i + 1] ?? width) - lsb,
      ...(chance(random, 4) ? { reserved: true } : {}),
      doc: 'bits',
    }));
  }

  tag(): string {
    return this.add({ type: pick(this.#random, ['u8', 'u8', 'u16', 'be16', 'u32']) });
  }

  counter(): string {
    return this.add({ type: pick(this.#random, COUNTERS) });
  }

  /** What an array of variable size may be of. */
  element(): string {
    const { fixed } = this.family;
    return pick(this.#random, ['u8', 'u8', ...INTS, 'mac', ...fixed, ...fixed]);
  }

  array(counter: string, of = this.element()): void {
    const random = this.#random;
    const unit = pick(random, ['', '', ' bytes']);
    const plus = pick(random, ['', '', ' + 1', ' - 2']);
    this.add({ type: `${of}[${counter}${plus}${unit}]` });
  }

  union(tag: string, { total, size, inner }: Choosing): void {
    const random = this.#random;
    const anonymous = size === undefined && chance(random, 4);
    const arms: Record<string, Source> = {};
    const names = this.#free.splice(0, 12);
    const whens = [1, [0, 3], 2].slice(0, 1 + below(random, 3));
    whens.forEach((when, i) => {
      arms[`arm${i}`] = {
        when,
        doc: 'An arm.',
        fields: this.#arm(anonymous ? names : [], size, i === 0 ? inner : undefined),
      };
    });
    if (total)
      arms.other = { default: true, doc: 'The others.', fields: this.#arm(anonymous ? names : [], size, undefined) };
    this.add({
      union: { tag, ...(size === undefined ? {} : { size }), arms },
      ...(anonymous ? { anonymous } : {}),
    });
  }

  /** Fields of an arm, which share the names of what is around it where the union has none of its own. */
  #arm(names: readonly string[], size: number | undefined, inner: string | undefined): Source[] {
    const own = new Fields(this.family);
    if (names.length > 0) own.#free.splice(0, own.#free.length, ...names);
    if (size === undefined) own.some(0, 3);
    else own.add({ type: pick(this.#random, [...INTS, 'mac', 'u16[9]', 'u8[64]']) });
    if (inner !== undefined) own.union(inner, { total: chance(this.#random, 2) });
    return own.list;
  }
}

/** YAML of a family of structs and memory layouts that is valid in every respect the language knows, however odd. */
export const randomFamily: fc.Arbitrary<string> = fc
  .record({
    seed: fc.integer(),
    kinds: fc.array(fc.constantFrom(...KINDS), { minLength: 1, maxLength: 6 }),
  })
  .map(({ seed, kinds }) => {
    const family = new Family(randomFrom(seed));
    // What others are made of comes first.
    const order = [...kinds].sort((a, b) => KINDS.indexOf(a) - KINDS.indexOf(b));
    for (const [i, kind] of order.entries()) family.add(kind, i);
    const { structs, layouts } = family;
    return stringify({
      language: 1,
      protocol: 'random',
      dialect: 'drawn',
      title: 'Drawn',
      doc: 'Structs nobody uses.',
      spec: 'none',
      enums: { colour: { doc: 'colours', values: { RED: { value: 1, doc: 'red' }, BLUE: { value: 2, doc: 'blue' } } } },
      ...(Object.keys(structs).length === 0 ? {} : { structs }),
      ...(Object.keys(layouts).length === 0 ? {} : { layouts }),
    });
  });
