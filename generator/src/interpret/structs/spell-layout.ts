import type { MemberIR, ShapeIR } from '../../ir/structs.js';
import { fixedSizeOf, isFixed } from '../../ir/structs.js';
import { EncodeProblem, fail, type Given } from '../encode.js';
import { fromHex, toHex } from '../values.js';
import type { WireError } from '../wire-error.js';

type Flat = Readonly<Record<string, string>>;

/** The fields of a memory layout as vector files spell them: numbers up to 32 bits, text as text, no reserved arrays. */
export function spellLayout({ fields }: ShapeIR, flat: Flat): Record<string, number | string> {
  const spelled: Record<string, number | string> = {};
  for (const [path, text] of Object.entries(flat)) {
    const member = memberAt(fields, path);
    if (member === undefined || (member.reserved && member.kind !== 'int')) continue;
    if (member.kind === 'bytes') spelled[path] = member.format === 'text' ? textOf(text) : text;
    else spelled[path] = widthOf(member) > 4 ? text : Number(text);
  }
  return spelled;
}

const widthOf = (member: Exclude<MemberIR, { kind: 'bytes' }>): number =>
  member.kind === 'int' ? member.size : (member.elementSize ?? 0);

/** The member a path leads to: a group of bits to its word, an element to its array or to the field of its record. */
function memberAt(fields: readonly MemberIR[], path: string): MemberIR | undefined {
  for (const field of fields) {
    if (path === field.name) return field;
    if (field.kind === 'int') {
      if (field.bits.some((b) => `${field.name}.${b.name}` === path)) return field;
    } else if (path.startsWith(`${field.name}[`)) {
      const inner = path.slice(field.name.length).replace(/^\[\d+\]\.?/, '');
      return field.kind === 'records' && !field.reserved ? memberAt(field.fields, inner) : field;
    }
  }
  return undefined;
}

/** One character per byte, so that what a peer left behind the name is neither lost nor changed. */
function textOf(hex: string): string {
  const parsed = fromHex(hex);
  return 'bytes' in parsed ? Buffer.from(parsed.bytes).toString('latin1').replace(/\0+$/, '') : '';
}

/** The same fields with text as bytes, which is how structs take it. */
export function textToBytes({ fields }: ShapeIR, given: Given): Given | { readonly error: WireError } {
  const own = { ...given };
  try {
    for (const member of fields) {
      const value = Object.hasOwn(own, member.name) ? own[member.name] : undefined;
      if (member.kind !== 'bytes' || member.format !== 'text' || !isFixed(member.count) || typeof value !== 'string')
        continue;
      const size = fixedSizeOf(member);
      if (value.length > size || /[^\0-\xff]/.test(value))
        fail(
          'bad_value',
          `"${member.name}" holds ${size} characters of one byte each, ${JSON.stringify(value)} given`,
          member.name,
          member.offset,
          size,
          value.length,
        );
      own[member.name] = toHex(Buffer.concat([Buffer.from(value, 'latin1')], size));
    }
  } catch (problem) {
    if (problem instanceof EncodeProblem) return { error: problem.error };
    throw problem;
  }
  return own;
}
