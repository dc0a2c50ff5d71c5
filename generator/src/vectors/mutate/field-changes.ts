import type { CountIR, FieldIR, IntFieldIR } from '../../ir/types.js';
import { bitChanges, type Change, offsetChanges, SIZES, typeChanges } from './change.js';

/** Everything that can be wrong about a field of a message; `counters` are the fields that may hold its count. */
export function fieldChanges(field: FieldIR, counters: readonly string[]): readonly Change<FieldIR>[] {
  const moved = offsetChanges(field.offset).map((c) => ({ ...c, to: { ...field, offset: c.to } }));
  if (field.kind === 'int') return [...moved, ...intChanges(field)];
  const counted = countChanges(field.count, field.kind, counters).map((c) => ({ ...c, to: { ...field, count: c.to } }));
  if (field.kind === 'bytes') return [...moved, ...counted];
  const types = typeChanges(field.type).map((c) => ({
    ...c,
    to: { ...field, type: c.to, elementSize: SIZES[c.to] },
  }));
  const strides = [field.elementSize - 1, field.elementSize + 1]
    .filter((to) => to > 0)
    .map((to) => ({
      kind: 'element-size' as const,
      at: '',
      what: `${field.elementSize} -> ${to}`,
      to: { ...field, elementSize: to },
    }));
  return [...moved, ...types, ...strides, ...counted];
}

/** Of an integer everything but its offset. Groups of bits that are reserved, or whose word has a role, are only judged. */
function intChanges(field: IntFieldIR): readonly Change<FieldIR>[] {
  const types = typeChanges(field.type).map((c) => ({ ...c, to: { ...field, type: c.to, size: SIZES[c.to] } }));
  const groups = bitChanges(field.bits, field.size, (b) => !b.reserved && field.role === null);
  return [...types, ...groups.map((c) => ({ ...c, to: { ...field, bits: c.to } }))];
}

function countChanges(count: CountIR, kind: 'ints' | 'bytes', counters: readonly string[]): readonly Change<CountIR>[] {
  const change = (what: string, to: CountIR): Change<CountIR> => ({ kind: 'count', at: '', what, to });
  if ('fixed' in count)
    return [count.fixed - 1, count.fixed + 1]
      .filter((to) => to >= 0)
      .map((fixed) => change(`${count.fixed} -> ${fixed}`, { fixed }));
  const { field, unit } = count;
  // Of bytes there are as many as elements.
  const units = (['elements', 'bytes', 'bits'] as const).filter(
    (to) => to !== unit && !(kind === 'bytes' && to !== 'bits' && unit !== 'bits'),
  );
  return [
    ...units.map((to) => change(`${unit} -> ${to}`, { field, unit: to })),
    ...counters.filter((c) => c !== field).map((c) => change(`${field} -> ${c}`, { field: c, unit })),
    change(`${field} -> 0`, { fixed: 0 }),
  ];
}
