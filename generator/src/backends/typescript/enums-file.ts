import type { EnumIR } from '../../ir/types.js';
import { clause, comment, doc } from './docs.js';
import { identifier, Names } from './names.js';
import { constant, type Statement } from './render.js';
import type { DialectModel } from './view-model.js';

/** `enums.ts`: the named values of the dialect, one frozen-by-type object per enumeration. */
export const enumsFile = ({ ir }: DialectModel): Statement[] =>
  ir.enums.length === 0 ? ['export {};'] : enumerations(ir.enums);

export function enumerations(enums: readonly EnumIR[]): Statement[] {
  const names = new Names();
  return enums.map((item, i) => `${i === 0 ? '' : '\n'}${enumeration(item, names.claim(identifier(item.name)))}`);
}

function enumeration(item: EnumIR, name: string): string {
  const nature = item.flags ? 'Values are masks that combine.' : item.open ? 'Other values may occur.' : '';
  const ranges = item.ranges.map(
    ({ from, to, owner, doc }) => `${number(from, false)}..${number(to, false)} belongs to ${owner}: ${doc}`,
  );
  const values = item.values.flatMap(({ name, value, doc }) => [
    ...comment(doc),
    `${name}: ${number(value, item.flags)},`,
  ]);
  const body = values.length === 0 ? '{}' : `{\n${values.map((line) => `  ${line}`).join('\n')}\n}`;
  return constant(name, `${body} as const`, doc(item.doc, nature, ...ranges, clause(item.spec)));
}

const number = (value: number, mask: boolean): string => (mask || value > 255 ? `0x${value.toString(16)}` : `${value}`);
