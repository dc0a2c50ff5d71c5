import type { FamilyIR, MemberCountIR, MemberIR } from './structs.js';
import { fixedSizeOf, varies } from './structs.js';
import type { BodyIR, CountIR, DialectIR, FieldIR } from './types.js';

/** Something with a layout: the body of a message, or a shape of a struct. One form for whoever compares layouts. */
export interface LaidOut {
  /** `transport.SET_VQUEUE.request`, `virtio_net_hdr+hash`; `header` for what every message of a dialect begins with. */
  readonly key: string;
  readonly doc: string;
  readonly spec: string;
  /** What its bytes begin with, and its members do not repeat; null for a struct. */
  readonly header: LaidOut | null;
  /** Bytes of the smallest one, header included. */
  readonly minSize: number;
  /** Bytes of the largest one, null where an array makes it vary. */
  readonly maxSize: number | null;
  /** With offsets from the first byte, the header's. */
  readonly members: readonly MemberIR[];
}

export const isDialect = (ir: DialectIR | FamilyIR): ir is DialectIR => 'dialect' in ir;

/** The name of a dialect or family, without its protocol. */
export const nameOf = (ir: DialectIR | FamilyIR): string => (isDialect(ir) ? ir.dialect : ir.family);

/** The header of a dialect; of a family, none. */
export function headerOf(ir: DialectIR | FamilyIR): LaidOut | null {
  if (!isDialect(ir)) return null;
  const { headerSize } = ir.framing;
  const doc = 'What every message begins with.';
  const members = ir.header.map(memberOf);
  return { key: 'header', doc, spec: ir.spec, header: null, minSize: headerSize, maxSize: headerSize, members };
}

export const bodyLayout = (body: BodyIR, header: LaidOut | null): LaidOut => ({
  key: body.key,
  doc: body.doc,
  spec: body.spec,
  header,
  minSize: body.minSize,
  maxSize: body.maxSize,
  members: body.fields.map(memberOf),
});

/** Every message body of a dialect, or every shape of the structs of a family, in the order of the IR. */
export function layoutsOf(ir: DialectIR | FamilyIR): LaidOut[] {
  if (isDialect(ir)) {
    const header = headerOf(ir);
    return ir.bodies.map((body) => bodyLayout(body, header));
  }
  return ir.structs.flatMap(({ shapes }) =>
    shapes.map(({ key, doc, spec, minSize, maxSize, fields: members }) => {
      return { key, doc, spec, header: null, minSize, maxSize, members };
    }),
  );
}

/** Where the part ends whose size is the same in every one: at the first array that varies. */
export const fixedEnd = ({ members, minSize }: LaidOut): number => members.find(varies)?.offset ?? minSize;

/** Members whose offset and size are the same in every one; C knows nothing of arrays of empty structs. */
export const fixedMembers = (members: readonly MemberIR[]): MemberIR[] =>
  members.filter((m) => m.after === null && !varies(m) && fixedSizeOf(m) > 0);

function memberOf(field: FieldIR): MemberIR {
  const { name, offset, reserved, doc, spec } = field;
  const base = { name, offset, after: null, reserved, doc, spec, validWhen: [] };
  if (field.kind === 'int') {
    const { type, size, bits } = field;
    return { ...base, kind: 'int', type, size, enum: field.enum, bits, bounds: null };
  }
  const count = countOf(field.count);
  if (field.kind === 'ints') return { ...base, kind: 'ints', type: field.type, elementSize: field.elementSize, count };
  return { ...base, kind: 'bytes', count, format: field.format === 'bitmap' ? 'bytes' : field.format };
}

/** A bitmap takes what is left of its message: no unit of a struct's array counts bits. */
function countOf(count: CountIR): MemberCountIR {
  if ('fixed' in count) return count;
  return count.unit === 'bits' ? { rest: true } : { field: count.field, unit: count.unit, plus: 0 };
}
