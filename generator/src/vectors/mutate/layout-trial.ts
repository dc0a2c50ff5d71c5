import type { DialectIndex } from '../../interpret/dialect-index.js';
import type { FieldIR } from '../../ir/types.js';
import type { Trial } from './trial.js';

/** Layouts of dialects as a list that is not ours states them: offsets of body fields count from the end of the header. */
export interface LayoutSheet {
  readonly dialects: Readonly<Record<string, StatedDialect>>;
}

export interface StatedDialect {
  readonly header: readonly StatedField[];
  readonly fixed_size: number | null;
  readonly messages: readonly (Readonly<
    Partial<Record<'request' | 'response' | 'event', readonly StatedField[] | null>>
  > & {
    readonly cls: string;
    readonly name: string;
    readonly id: number;
  })[];
}

export interface StatedField {
  readonly name: string;
  readonly offset: number;
  readonly type: string;
  readonly size: number | null;
}

export const isLayoutSheet = (value: unknown): value is LayoutSheet =>
  typeof value === 'object' && value !== null && typeof (value as LayoutSheet).dialects === 'object';

/** One trial for header and frame, whose key is empty, and one for each body. */
export function layoutTrials(stated: StatedDialect, label: string): readonly Trial<DialectIndex>[] {
  const start = stated.header.reduce((end, f) => Math.max(end, f.offset + (f.size ?? 0)), 0);
  const frame: Trial<DialectIndex> = {
    key: '',
    label: `${label} header`,
    holds: ({ ir }) =>
      ir.framing.headerSize === start &&
      ir.framing.fixedSize === stated.fixed_size &&
      agree(ir.header, stated.header, 0),
  };
  const bodies = stated.messages.flatMap((m) =>
    (['request', 'response', 'event'] as const).flatMap((kind) => {
      const fields = m[kind];
      if (fields === null || fields === undefined) return [];
      const key = `${m.cls}.${m.name}.${kind}`;
      const trial: Trial<DialectIndex> = {
        key,
        label: `${label} ${key}`,
        holds(index) {
          const body = index.byKey(key);
          return body !== undefined && body.id === m.id && agree(body.fields, fields, start);
        },
      };
      return [trial];
    }),
  );
  return [frame, ...bodies];
}

const agree = (fields: readonly FieldIR[], stated: readonly StatedField[], start: number): boolean =>
  fields.length === stated.length &&
  fields.every((f, i) => {
    const s = stated[i];
    return (
      s !== undefined &&
      f.name === s.name &&
      f.offset === s.offset + start &&
      typeOf(f) === withoutBits(s.type) &&
      sizeOf(f) === s.size
    );
  });

/** Groups of bits are for vectors to tell. */
const withoutBits = (type: string): string => type.replace(/\{.*/, '').replaceAll(' ', '');

function typeOf(f: FieldIR): string {
  if (f.kind === 'int') return f.type;
  const element = f.kind === 'ints' ? f.type : 'u8';
  if ('fixed' in f.count) return `${element}[${f.count.fixed}]`;
  const { field, unit } = f.count;
  return unit === 'elements' ? `${element}[${field}]` : `${element}[${field}/${unit === 'bits' ? 8 : 1}]`;
}

function sizeOf(f: FieldIR): number | null {
  if (f.kind === 'int') return f.size;
  return 'fixed' in f.count ? f.count.fixed * (f.kind === 'ints' ? f.elementSize : 1) : null;
}
