import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type BodyIR, compile, type DialectIR, type FieldIR } from './support/generator.js';
import { path, shipped } from './support/schema.js';
import { DIALECTS } from './support/vectors.js';

/** Layouts as the fact sheet lists them; offsets of message fields count from the start of the payload. */
interface Reference {
  readonly dialects: Readonly<Record<string, ReferenceDialect>>;
}

interface ReferenceDialect {
  readonly header: readonly ReferenceField[];
  readonly fixed_size: number | null;
  readonly messages: readonly (Readonly<Record<BodyIR['kind'], readonly ReferenceField[] | null>> & {
    readonly cls: string;
    readonly name: string;
    readonly id: number;
    readonly sender: 'driver' | 'device' | 'any';
  })[];
}

interface ReferenceField {
  readonly name: string;
  readonly offset: number;
  readonly type: string;
  readonly size: number | null;
  readonly must_be_zero?: boolean;
}

/** Both sides are spelled in this form, so that a difference reads as one changed line. */
interface Row {
  readonly name: string;
  readonly offset: number;
  readonly type: string;
  readonly size: number | null;
  readonly reserved: boolean;
}

const reference = JSON.parse(readFileSync(path('test/vectors/virtio-msg-layouts.json'), 'utf8')) as Reference;
const compiled = compile(shipped());

const fromReference =
  (start: number) =>
  (f: ReferenceField): Row => ({
    name: f.name,
    offset: f.offset + start,
    type: f.type.replaceAll(' ', ''),
    size: f.size,
    reserved: f.must_be_zero ?? false,
  });

const fromIR = (f: FieldIR): Row => ({
  name: f.name,
  offset: f.offset,
  type: typeOf(f),
  size: sizeOf(f),
  reserved: f.reserved,
});

function typeOf(f: FieldIR): string {
  if (f.kind === 'int')
    return f.bits.length === 0 || f.role === 'type'
      ? f.type
      : `${f.type}{${f.bits.map((b) => `${b.name}:${b.width}`).join(',')}}`;
  const element = f.kind === 'ints' ? f.type : 'u8';
  if ('fixed' in f.count) return `${element}[${f.count.fixed}]`;
  return f.count.unit === 'bits' ? `${element}[${f.count.field}/8]` : `${element}[${f.count.field}]`;
}

function sizeOf(f: FieldIR): number | null {
  if (f.kind === 'int') return f.size;
  return 'fixed' in f.count ? f.count.fixed * (f.kind === 'ints' ? f.elementSize : 1) : null;
}

const opposite = { driver: 'device', device: 'driver', any: 'either' } as const;

/** Where a vector says otherwise than the sheet, it is the vector that is followed; the bytes are the same. */
const DIFFERS: Readonly<Record<string, string>> = {
  'rfc2-fixed64 transport.EVENT_AVAIL.event': 'next_offset_wrap is one number in the vectors',
};

for (const [name, expected] of Object.entries(reference.dialects).filter(([name]) => DIALECTS.includes(name))) {
  describe(`${name} agrees with the fact sheet`, () => {
    const ir = compiled.dialects.find((d) => d.dialect === name) as DialectIR;
    const start = expected.header.reduce((end, f) => Math.max(end, f.offset + (f.size ?? 0)), 0);

    it('in its header and framing', () => {
      expect(ir.header.map(fromIR)).toEqual(expected.header.map(fromReference(0)));
      expect(ir.framing.headerSize).toBe(start);
      expect(ir.framing.fixedSize).toBe(expected.fixed_size);
    });

    it('in the bodies it has', () => {
      const keys = expected.messages.flatMap((m) =>
        (['request', 'response', 'event'] as const)
          .filter((kind) => m[kind] !== null)
          .map((kind) => `${m.cls}.${m.name}.${kind}`),
      );
      const own = ir.bodies.filter((b) => ir.carries === null || b.class === 'ffa-bus');
      expect(own.map((b) => b.key).sort()).toEqual(keys.sort());
    });

    for (const m of expected.messages) {
      it(`in ${m.cls} ${m.name}`, () => {
        for (const kind of ['request', 'response', 'event'] as const) {
          const fields = m[kind];
          if (fields === null) continue;
          const body = ir.bodies.find((b) => b.key === `${m.cls}.${m.name}.${kind}`) as BodyIR;
          expect(body.id).toBe(m.id);
          const typed = expected.header.some((f) => f.name === 'type');
          expect(body.type).toBe(typed ? (m.cls === 'transport' ? 0 : 2) + (kind === 'response' ? 1 : 0) : 0);
          const sender = m.sender === 'any' ? 'either' : m.sender;
          // Of a message without a request (ERROR) it is the sender of the response: "dev→drv" in the tables.
          expect(body.from).toBe(kind === 'response' && m.request !== null ? opposite[m.sender] : sender);
          const plain = (row: Row): Row => ({ ...row, type: row.type.replace(/\{.*/, '') });
          const rows = [body.fields.map(fromIR), fields.map(fromReference(start))] as const;
          if (DIFFERS[`${name} ${body.key}`] === undefined) expect(rows[0]).toEqual(rows[1]);
          else expect(rows[0]).toEqual(rows[1].map(plain));
          const fixedPart = fields.reduce(
            (end, f) => (f.size === null ? end : Math.max(end, start + f.offset + f.size)),
            start,
          );
          expect(body.minSize).toBe(expected.fixed_size ?? fixedPart);
          const open = fields.some((f) => f.size === null);
          expect(body.maxSize).toBe(open ? null : (expected.fixed_size ?? fixedPart));
        }
      });
    }
  });
}

it('counts tails by fields that stand before them', () => {
  for (const ir of compiled.dialects) {
    for (const body of ir.bodies) {
      for (const [index, f] of body.fields.entries()) {
        if (f.kind === 'int' || 'fixed' in f.count) continue;
        const { field } = f.count;
        expect(
          body.fields.slice(0, index).map((g) => g.name),
          `${ir.dialect} ${body.key}`,
        ).toContain(field);
      }
    }
  }
});
