import type { BodyIR, DialectIR, FieldIR, IntFieldIR } from '../ir/types.js';

/** What a message of at most so many bytes holds of one body. */
export interface BodyBudget {
  /** `transport.GET_CONFIG.response`. */
  readonly key: string;
  /** Bytes of the smallest message with this body, header included. */
  readonly bytes: number;
  readonly fits: boolean;
  /** The array of variable size; null where the size is fixed. */
  readonly array: ArrayBudget | null;
}

export interface ArrayBudget {
  readonly field: string;
  /** Elements that fit: of a bitmap, bits. */
  readonly elements: number;
  /** What an element is. */
  readonly unit: string;
}

type Varying = Exclude<FieldIR, IntFieldIR> & { readonly count: { readonly field: string } };

const isVarying = (field: FieldIR): field is Varying => field.kind !== 'int' && 'field' in field.count;

/**
 * Bytes a message of the dialect can have on a bus whose messages hold `max`: the size field of the header may not
 * express more, and where every frame has the same size none is longer.
 */
export function roomIn({ framing, header }: DialectIR, max: number): number {
  if (framing.fixedSize !== null) return Math.min(max, framing.fixedSize);
  const size = header.find((f) => f.role === 'size')?.size;
  return size === undefined ? max : Math.min(max, 2 ** (8 * size) - 1);
}

export function bodyBudget(body: BodyIR, room: number): BodyBudget {
  const { key, minSize: bytes } = body;
  const fits = bytes <= room;
  const array = body.fields.find(isVarying);
  return { key, bytes, fits, array: array === undefined ? null : arrayBudget(body, array, Math.max(0, room - bytes)) };
}

/** As many as there is room for, and no more than the field that counts them can say. */
function arrayBudget(body: BodyIR, array: Varying, room: number): ArrayBudget {
  const { field, unit } = array.count as { field: string; unit: 'elements' | 'bytes' | 'bits' };
  const each = array.kind === 'ints' ? array.elementSize : 1;
  const counted = body.fields.find((f) => f.name === field);
  const most = counted?.kind === 'int' ? 2 ** (8 * counted.size) - 1 : Number.MAX_SAFE_INTEGER;
  if (unit === 'bits') return { field: array.name, elements: Math.min(room * 8, most), unit: 'bits' };
  const elements = Math.min(Math.floor(room / each), unit === 'bytes' ? Math.floor(most / each) : most);
  return { field: array.name, elements, unit: array.kind === 'ints' ? array.type : 'bytes' };
}

/** Bytes of the field `name` that one message with this body carries; null where there is no body or no such field. */
export function carried(body: BodyIR | undefined, name: string, room: number): number | null {
  const field = body?.fields.find((f) => f.name === name);
  if (body === undefined || field === undefined) return null;
  if (body.minSize > room) return 0;
  if (field.kind === 'int') return field.size;
  const each = field.kind === 'ints' ? field.elementSize : 1;
  return isVarying(field)
    ? (bodyBudget(body, room).array?.elements ?? 0) * each
    : 'fixed' in field.count
      ? field.count.fixed * each
      : null;
}
