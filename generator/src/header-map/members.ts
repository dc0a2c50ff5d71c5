import { fixedEnd, type LaidOut } from '../ir/laid-out.js';
import { elementSizeOf, fixedSizeOf, isFixed, type MemberIR } from '../ir/structs.js';

/** A member with a fixed place, elements of an array with `[]`. */
export interface Fixed {
  readonly path: string;
  readonly offset: number;
  /** Bytes; null of an array of variable size. */
  readonly size: number | null;
  readonly reserved: boolean;
  readonly spec: string;
}

/** Members whose place is the same in every one; those of elements are those of the first. */
export function fixedPlaces(laid: LaidOut): Fixed[] {
  const visit = (members: readonly MemberIR[], at: string, start: number): Fixed[] =>
    members.flatMap((m) => {
      if (m.after !== null || m.name === '') return [];
      const offset = start + m.offset;
      const size = m.kind === 'int' || isFixed(m.count) ? fixedSizeOf(m) : null;
      const own = { path: at + m.name, offset, size, reserved: m.reserved, spec: m.spec };
      return m.kind === 'records' && elementSizeOf(m) > 0 ? [own, ...visit(m.fields, `${own.path}[].`, offset)] : [own];
    });
  return visit(laid.members, '', 0);
}

/** Every path a map may name: members, and the structs and arrays they stand in. */
export function namesIn(places: readonly Fixed[]): string[] {
  const names = new Set<string>();
  for (const { path } of places) {
    const parts = path.split('.');
    for (let n = parts.length; n > 0; n--) names.add(parts.slice(0, n).join('.').replace(/\[\]$/, ''));
    names.add(path);
  }
  return [...names];
}

/** What `sizeof` gives for their struct: arrays of variable size do not count. */
export const sizeIn = (laid: LaidOut, from: number): number => fixedEnd(laid) - from;
