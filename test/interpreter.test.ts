import {
  compile,
  type Decoded,
  DialectIndex,
  type DialectIR,
  decode,
  type Encoded,
  encode,
  type Given,
} from '@virtio-wire/generator';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';

type Source = Readonly<Record<string, unknown>>;

const bit = (name: string, lsb: number, width = 1): Source => ({ name, lsb, width, doc: 'bits' });
const rest = (lsb: number, width: number): Source => ({ ...bit('rest', lsb, width), reserved: true });

const TYPE = { name: 'type', type: 'u8', role: 'type', bits: [bit('response', 0), rest(1, 7)], doc: 'type' };
const ID = { name: 'msg_id', type: 'u8', role: 'id', doc: 'id' };
const SIZE = { name: 'msg_size', type: 'u16', role: 'size', doc: 'size' };

const ping = (id: number, fields: readonly Source[]): Source => ({
  id,
  from: 'either',
  doc: 'Asks.',
  spec: 'demo',
  request: { fields },
});

/** The IR of a dialect that no diagnostic is about. */
function compiled(own: Source): DialectIR {
  const text = stringify({
    language: 1,
    protocol: 'demo',
    dialect: 'base',
    title: 'Demo',
    doc: 'For tests.',
    spec: 'demo',
    framing: { size: { field: 'msg_size' }, response_bit: 'response' },
    header: [TYPE, ID, SIZE],
    classes: { transport: { doc: 'the only class' } },
    ...own,
  });
  const { dialects, report } = compile([{ file: 'schema/demo/base.yaml', text }]);
  expect(report.diagnostics).toEqual([]);
  return dialects[0] as DialectIR;
}

const withFields = (...fields: Source[]): DialectIR => compiled({ messages: { transport: { PING: ping(1, fields) } } });

const withHeader = (...fields: Source[]): DialectIR =>
  compiled({ header: [TYPE, ID, SIZE, ...fields], messages: { transport: { PING: ping(1, []) } } });

/** What becomes of the only message of a dialect. */
function encodeOnly(ir: DialectIR, header: Given, fields: Given): ReturnType<typeof encode> {
  return encode(new DialectIndex(ir), ir.bodies[0] as DialectIR['bodies'][number], header, fields);
}

const hexOf = (result: ReturnType<typeof encode>): string => Buffer.from((result as Encoded).bytes).toString('hex');

/** What the interpreter reads in the bytes it has written. */
const readBack = (ir: DialectIR, result: ReturnType<typeof encode>): Decoded =>
  decode(new DialectIndex(ir), (result as Encoded).bytes) as Decoded;

describe('names that every JavaScript object has', () => {
  // The schema language refuses them; an IR may come from elsewhere.
  const renamed = (ir: DialectIR, name: string): DialectIR =>
    JSON.parse(JSON.stringify(ir).replaceAll('"data"', JSON.stringify(name))) as DialectIR;
  const data = { name: 'data', type: 'u8', doc: 'any value' };
  const names = ['constructor', 'toString', 'valueOf', 'hasOwnProperty', '__proto__'];

  it.each(names)('%s is missing from a body where nobody has given it', (name) => {
    expect(encodeOnly(renamed(withFields(data), name), {}, {})).toMatchObject({
      error: { code: 'missing_field', field: name },
    });
  });

  it.each(names)('%s is zero in a header where nobody has given it', (name) => {
    expect(hexOf(encodeOnly(renamed(withHeader(data), name), {}, {}))).toBe('0001050000');
  });

  it.each(names)('%s is written and read where it is given', (name) => {
    const ir = renamed(withFields(data), name);
    const result = encodeOnly(ir, {}, JSON.parse(`{ "${name}": 7 }`) as Given);
    expect(hexOf(result)).toBe('0001050007');
    expect(Object.entries(readBack(ir, result).fields)).toEqual([[name, 7]]);
  });

  it('are not found in what has been decoded', () => {
    const ir = withFields(data);
    const { header, fields } = readBack(ir, encodeOnly(ir, {}, { data: 1 }));
    for (const name of names) for (const values of [header, fields]) expect(values[name], name).toBeUndefined();
  });
});

describe('groups of bits of a signed integer', () => {
  const whole = withFields({ name: 'data', type: 's32', bits: [bit('all', 0, 32)], doc: 'any value' });
  const halves = withFields({ name: 'data', type: 's32', bits: [bit('low', 0, 16), bit('high', 16, 16)], doc: 'any' });

  it('are unsigned numbers of their width', () => {
    const result = encodeOnly(whole, {}, { all: 0xffffffff });
    expect(hexOf(result)).toBe('00010800ffffffff');
    expect(readBack(whole, result).fields).toEqual({ data: -1, all: 0xffffffff });
    expect(hexOf(encodeOnly(halves, {}, { low: 1, high: 0x8000 }))).toBe('0001080001000080');
  });

  it('agree with a negative word', () => {
    expect(hexOf(encodeOnly(whole, {}, { data: -2, all: 0xfffffffe }))).toBe('00010800feffffff');
    expect(encodeOnly(whole, {}, { data: -2, all: 0xffffffff })).toMatchObject({
      error: { code: 'disagreement', field: 'all', expected: '4294967294', got: '4294967295' },
    });
  });

  it.each([-1, 0x100000000])('cannot be %d', (all) => {
    expect(encodeOnly(whole, {}, { all })).toMatchObject({
      error: { code: 'out_of_range', field: 'all', expected: '0..4294967295', got: String(all) },
    });
  });
});

describe('groups of bits of a header field', () => {
  const flags = { name: 'flags', type: 'u8', bits: [bit('urgent', 0), bit('level', 1, 7)], doc: 'flags' };
  const ir = withHeader(flags);

  it('stand for their word', () => {
    const result = encodeOnly(ir, { urgent: 1, level: 3 }, {});
    expect(hexOf(result)).toBe('0001050007');
    expect(readBack(ir, result).header).toMatchObject({ flags: 7, urgent: 1, level: 3 });
  });

  it('may stand beside their word where they agree', () => {
    expect(hexOf(encodeOnly(ir, { flags: 7, level: 3 }, {}))).toBe('0001050007');
    expect(encodeOnly(ir, { flags: 7, level: 4 }, {})).toMatchObject({
      error: { code: 'disagreement', field: 'level', offset: 4, expected: '3', got: '4' },
    });
  });

  it('are all given or none, and fit their width', () => {
    expect(hexOf(encodeOnly(ir, {}, {}))).toBe('0001050000');
    expect(encodeOnly(ir, { urgent: 1 }, {})).toMatchObject({ error: { code: 'missing_field', field: 'level' } });
    expect(encodeOnly(ir, { urgent: 2, level: 0 }, {})).toMatchObject({ error: { code: 'out_of_range', got: '2' } });
  });

  it('can be whatever was decoded', () => {
    const bytes = Uint8Array.from([0, 1, 5, 0, 0xfe]);
    const { header } = decode(new DialectIndex(ir), bytes) as Decoded;
    expect(encodeOnly(ir, header, {})).toMatchObject({ bytes });
  });
});

describe('bodies by type and id', () => {
  const wide = compiled({
    header: [
      {
        ...TYPE,
        type: 'u16',
        bits: [bit('response', 0), rest(1, 7), bit('far', 8), { ...bit('more', 9, 7), reserved: true }],
      },
      ID,
      SIZE,
    ],
    classes: { near: { doc: 'near' }, far: { doc: 'far', bit: 'far' } },
    messages: { near: { NEAR: ping(1, []) }, far: { FAR: ping(0, []), FAR_1: ping(1, []) } },
  });

  it('of a header without a type field are told by the caller where request and response share an id', () => {
    const ir = compiled({
      framing: { size: { fixed: 8 } },
      header: [ID, { name: 'unused', type: 'u8', reserved: true, doc: 'zero' }],
      messages: {
        transport: { PING: { ...ping(1, []), response: { fields: [{ name: 'data', type: 'u32', doc: 'd' }] } } },
      },
    });
    const index = new DialectIndex(ir);
    const bytes = Uint8Array.of(1, 0, 4, 3, 2, 1, 0, 0);
    expect(decode(index, bytes)).toMatchObject({
      error: { code: 'ambiguous', candidates: ['transport.PING.request', 'transport.PING.response'] },
    });
    expect(decode(index, bytes, (announced) => announced.filter((b) => b.kind === 'response'))).toMatchObject({
      fields: { data: 0x01020304 },
    });
    expect(decode(index, Uint8Array.of(2, 0, 0, 0, 0, 0, 0, 0))).toMatchObject({ error: { code: 'unknown_id' } });
  });

  it('are told apart by type bits above the lowest eight', () => {
    const index = new DialectIndex(wide);
    const keys = (type: number, id: number): string[] => index.at(type, id).map(({ message }) => message);
    expect([keys(0x000, 1), keys(0x100, 0), keys(0x100, 1), keys(0x000, 0)]).toEqual([
      ['NEAR'],
      ['FAR'],
      ['FAR_1'],
      [],
    ]);
    expect(keys(0xfefe, 1), 'unknown type bits are ignored').toEqual(['NEAR']);
    for (const id of [0x100, 0x101, 0x1000001, 0xffffffff]) expect(keys(0, id)).toEqual([]);
  });

  it('may have a type that fills 32 bits', () => {
    const top = 0x80000000;
    const far = (type: number): number => (type === 0x100 ? top : type);
    const index = new DialectIndex({
      ...wide,
      framing: { ...wide.framing, typeMask: 0x80000001 },
      classes: wide.classes.map((c) => ({ ...c, type: far(c.type) })),
      bodies: wide.bodies.map((b) => ({ ...b, type: far(b.type) })),
    });
    expect(index.at(top, 1).map(({ message }) => message)).toEqual(['FAR_1']);
    expect(index.at(-top, 1), 'the same bits read as a signed number').toEqual(index.at(top, 1));
    expect(index.at(0, 1).map(({ message }) => message)).toEqual(['NEAR']);
    expect([index.classOf(top), index.classOf(0)]).toEqual(['far', 'near']);
  });
});
