import { joined } from '../../interpret/structs/decode-struct.js';
import { type IntMemberIR, isWalked, type MemberCountIR, type MemberIR } from '../../ir/structs.js';
import { bitChanges, type Change, offsetChanges, SIZES, typeChanges } from './change.js';
import { replaced } from './mutant.js';

/** Everything that can be wrong about a member of a struct; `counters` are the members that may hold its count. */
export function memberChanges(member: MemberIR, counters: readonly string[]): readonly Change<MemberIR>[] {
  const moved = offsetChanges(member.offset).map((c) => ({ ...c, to: { ...member, offset: c.to } }));
  if (member.kind === 'int') return [...moved, ...intChanges(member)];
  // Elements that differ in size are walked to the end of the struct: there is no count to get wrong.
  const counts = isWalked(member) ? [] : countChanges(member.count, member.kind === 'bytes', counters);
  const counted = counts.map((c) => ({ ...c, to: { ...member, count: c.to } }));
  if (member.kind === 'bytes') return [...moved, ...counted];
  const { elementSize } = member;
  // There is nothing behind a single element that a stride would lead to.
  const single = 'fixed' in member.count && member.count.fixed === 1;
  const strides = (elementSize === null || single ? [] : [elementSize - 1, elementSize + 1])
    .filter((to) => to > 0)
    .map((to) => ({
      kind: 'element-size' as const,
      at: '',
      what: `${elementSize} -> ${to}`,
      to: { ...member, elementSize: to },
    }));
  const inside: readonly Change<MemberIR>[] =
    member.kind === 'ints'
      ? typeChanges(member.type).map((c) => ({ ...c, to: { ...member, type: c.to, elementSize: SIZES[c.to] } }))
      : member.kind === 'structs'
        ? // What an element is made of is changed in the struct it is.
          []
        : member.fields.flatMap((field, i) =>
            memberChanges(field, []).map((c) => ({
              ...c,
              at: joined(field.name, c.at),
              to: { ...member, fields: replaced(member.fields, i, c.to) },
            })),
          );
  return [...moved, ...inside, ...strides, ...counted];
}

/** Of an integer everything but its offset. Unlike in messages, reserved groups of bits are values as well. */
function intChanges(member: IntMemberIR): readonly Change<MemberIR>[] {
  const types = typeChanges(member.type).map((c) => ({ ...c, to: { ...member, type: c.to, size: SIZES[c.to] } }));
  const groups = bitChanges(member.bits, member.size, () => true);
  return [...types, ...groups.map((c) => ({ ...c, to: { ...member, bits: c.to } }))];
}

function countChanges(
  count: MemberCountIR,
  ofBytes: boolean,
  counters: readonly string[],
): readonly Change<MemberCountIR>[] {
  const change = (what: string, to: MemberCountIR): Change<MemberCountIR> => ({ kind: 'count', at: '', what, to });
  if ('fixed' in count)
    return [count.fixed - 1, count.fixed + 1]
      .filter((to) => to >= 0)
      .map((fixed) => change(`${count.fixed} -> ${fixed}`, { fixed }));
  const held = counters.map((field) => ({ field, unit: 'elements' as const, plus: 0 }));
  if ('rest' in count) return held.map((to) => change(`rest -> ${to.field}`, to));
  const { field, unit, plus } = count;
  const to = unit === 'bytes' ? 'elements' : 'bytes';
  return [
    // Of bytes there are as many as elements.
    ...(ofBytes ? [] : [change(`${unit} -> ${to}`, { ...count, unit: to })]),
    ...[plus - 1, plus + 1].map((n) => change(`plus ${plus} -> ${n}`, { ...count, plus: n })),
    ...counters.filter((c) => c !== field).map((c) => change(`${field} -> ${c}`, { ...count, field: c })),
    change(`${field} -> rest`, { rest: true }),
  ];
}
