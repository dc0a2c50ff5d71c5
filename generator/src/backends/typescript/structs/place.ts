import type { IntMemberIR, MemberIR } from '../../../ir/structs.js';
import { elementSizeOf } from '../../../ir/structs.js';
import { at, load } from '../expressions.js';
import { type Counted, needsEnd, type ShapeModel } from './shape-model.js';

/** How view, position and end are called where an expression stands. */
export interface Scope {
  readonly view: string;
  readonly p: string;
  readonly end: string;
}

export const FUNCTION: Scope = { view: 'view', p: 'p', end: 'end' };
export const METHOD: Scope = { view: 'this.view', p: 'this.p', end: 'this.end' };

/** Where a member starts: a base that is known, and bytes behind it. */
export interface Start {
  readonly base: string;
  readonly offset: number;
}

/** Start of a member of the shape; behind an array of variable size it is found by asking for its end. */
export function startOf(model: ShapeModel, member: MemberIR, scope: Scope = FUNCTION): Start {
  if (member.after === null) return { base: scope.p, offset: member.offset };
  const array = arrayNamed(model, member.after);
  return { base: endCall(model, array, scope), offset: member.offset };
}

export const startText = (model: ShapeModel, member: MemberIR, scope: Scope = FUNCTION): string => {
  const { base, offset } = startOf(model, member, scope);
  return at(base, offset);
};

/** `zones_end(view, p)`. */
export function endCall(model: ShapeModel, array: Counted, scope: Scope = FUNCTION): string {
  const end = array === model.rest || needsEnd(model, array) ? `, ${scope.end}` : '';
  return `${model.names.derived(array).end}(${scope.view}, ${scope.p}${end})`;
}

export function arrayNamed(model: ShapeModel, name: string): Counted {
  const array = model.segments.find((s) => s.array.name === name)?.array;
  if (array === undefined) throw new Error(`${model.ir.key}: there is no array ${name} of variable size`);
  return array;
}

/** The element `i` of an array: where it starts. */
export function elementStart(start: Start, size: number, i = 'i'): Start {
  return { base: size === 1 ? `${start.base} + ${i}` : `${start.base} + ${size} * ${i}`, offset: start.offset };
}

/** The value of a count, as a number; rounded where a u64 is larger than any struct. `start` finds where a member starts. */
export function countValue(
  model: ShapeModel,
  array: Counted,
  start: (member: MemberIR) => Start,
  view: string,
): string {
  const { count } = array;
  if (!('field' in count)) return '0';
  const counter = counterOf(model, count.field);
  const { base, offset } = start(counter);
  const value =
    counter.type === 'u64'
      ? `(${load('u32', base, offset + 4, view)} * 4294967296 + ${load('u32', base, offset, view)})`
      : counter.type === 'u24'
        ? `(${load('u24', base, offset, view)})`
        : load(counter.type, base, offset, view);
  if (count.plus !== 0) return `${value} ${count.plus < 0 ? '-' : '+'} ${Math.abs(count.plus)}`;
  return value;
}

export function counterOf(model: ShapeModel, name: string): IntMemberIR {
  const counter = model.ir.fields.find((f) => f.name === name);
  if (counter?.kind !== 'int') throw new Error(`${model.ir.key}: there is no count ${name}`);
  return counter;
}

/** Bytes of an array of variable size; for one that takes what is left, of whole elements between `from` and `end`. */
export function bytesText(
  model: ShapeModel,
  array: Counted,
  from: string,
  start: (member: MemberIR) => Start,
  scope: Scope,
): string {
  const each = elementSizeOf(array);
  const run = model.segments.find((s) => s.array === array)?.run ?? 0;
  if ('rest' in array.count) {
    const room = roomText(scope, from, run);
    return each === 1 ? room : `${each} * Math.floor((${room}) / ${each})`;
  }
  const value = countValue(model, array, start, scope.view);
  if (each === 1 || ('unit' in array.count && array.count.unit === 'bytes')) return value;
  return `${each} * ${/ [+-] \d+$/.test(value) ? `(${value})` : value}`;
}

/** Bytes from `from` to the end less `run`: from the start of the struct its fixed part is taken off at once. */
function roomText({ p, end }: Scope, from: string, run: number): string {
  const fixed = from === p ? 0 : from.startsWith(`${p} + `) ? Number(from.slice(p.length + 3)) : Number.NaN;
  if (!Number.isNaN(fixed)) return fixed + run === 0 ? `${end} - ${p}` : `${end} - ${p} - ${fixed + run}`;
  return `${run === 0 ? end : `${end} - ${run}`} - ${/ [+-] /.test(from) ? `(${from})` : from}`;
}

/** Number of elements of an array, right only after `check`. */
export function elementsText(model: ShapeModel, array: MemberIR, scope: Scope = FUNCTION): string {
  if (array.kind === 'int') return '1';
  const { count } = array;
  if ('fixed' in count) return `${count.fixed}`;
  const each = elementSizeOf(array);
  const start = (member: MemberIR): Start => startOf(model, member, scope);
  if ('rest' in count) {
    const bytes = bytesText(model, array, startText(model, array, scope), start, scope);
    return each === 1 ? bytes : bytes.slice(`${each} * `.length);
  }
  const value = countValue(model, array, start, scope.view);
  return count.unit === 'bytes' && each > 1 ? `Math.floor((${value}) / ${each})` : value;
}
