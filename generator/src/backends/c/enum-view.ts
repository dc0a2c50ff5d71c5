import { hexId } from '../../ir/spell-id.js';
import type { EnumIR } from '../../ir/types.js';
import { comment } from './comment.js';
import { identifier, type Scope, upper } from './names.js';

export interface EnumView {
  readonly notes: readonly string[];
  /** `enum rfc3_device_bus_state`; null for values that are macros: flags, and what an `int` does not hold. */
  readonly type: string | null;
  readonly values: readonly { readonly name: string; readonly value: string; readonly note: string }[];
}

const INT_MAX = 0x7fffffff;

/** Whether C can say it with `enum`, whose values are of type `int`. */
const isEnum = ({ flags, values }: EnumIR): boolean =>
  !flags && values.length > 0 && values.every((v) => v.value <= INT_MAX);

/** What stands before the enum's own name; a name that begins with it already does not get it twice. */
export const enumName = (name: string, prefix: string): string =>
  name.startsWith(prefix) ? identifier(name) : `${prefix}${identifier(name)}`;

/** How comments refer to it. */
export function enumRemark(all: readonly EnumIR[], name: string, tag: string): string {
  const found = all.find((e) => e.name === name);
  return found !== undefined && isEnum(found) ? `enum ${tag}` : `${upper(tag)}_*`;
}

export function enumView(given: EnumIR, tag: string, macros: Scope): EnumView {
  const asEnum = isEnum(given);
  return {
    notes: comment([
      given.doc,
      given.spec,
      given.open ? 'Other values may occur.' : null,
      ...given.ranges.map((r) => `${hexId(r.from)} to ${hexId(r.to)}: ${r.owner}${r.doc === '' ? '' : `, ${r.doc}`}`),
    ]),
    type: asEnum ? `enum ${tag}` : null,
    values: given.values.map(({ name: value, value: number, doc }) => ({
      name: macros.claim(`${upper(tag)}_${upper(value)}`),
      value: asEnum ? hexId(number) : `${hexId(number)}u`,
      note: comment([doc], ' ')
        .map((line) => line.trim())
        .join(' ')
        .replaceAll(/\s\*\s/g, ' '),
    })),
  };
}
