import type { Mapped } from '../../header-map/checked-map.js';
import { sizeIn } from '../../header-map/members.js';
import { comment } from './comment.js';
import type { AssertView } from './struct-view.js';

/** The C file that checks somebody's header. */
export interface ChecksView {
  readonly notes: readonly string[];
  readonly include: string;
  readonly structs: readonly { readonly notes: readonly string[]; readonly asserts: readonly AssertView[] }[];
}

export function checksView(include: string, structs: readonly Mapped[]): ChecksView {
  return {
    notes: comment([
      'Compile this file with the options of the code that uses the header: an assertion that fails names the member, and what is compared is what that compiler makes of it.',
    ]),
    include: /^<.*>$/.test(include) ? include : `"${include}"`,
    structs: structs.map((mapped) => ({
      notes: comment([`${mapped.laid.key}: ${mapped.type}`, mapped.laid.spec]),
      asserts: assertsOf(mapped),
    })),
  };
}

/** Offsets and sizes of members, and the size of the whole. Of an array of variable size there is only an offset. */
export function assertsOf({ laid, type, from, size, members }: Mapped): AssertView[] {
  const asserts = members.flatMap((m): AssertView[] => {
    const ours = `${laid.key} ${m.path}`;
    const offset = {
      condition: `offsetof(${type}, ${m.theirs}) == ${m.offset}`,
      message: `${type}: ${m.theirs} is at byte ${m.offset} on the wire (${ours})`,
    };
    if (m.size === null) return [offset];
    return [
      offset,
      {
        condition: `sizeof(((${type} *)0)->${m.theirs}) == ${m.size}`,
        message: `${type}: ${m.theirs} has ${m.size} bytes on the wire (${ours})`,
      },
    ];
  });
  if (!size) return asserts;
  const bytes = sizeIn(laid, from);
  const whole = {
    condition: `sizeof(${type}) == ${bytes}`,
    message: `${type} has ${bytes} bytes on the wire (${laid.key})`,
  };
  return [...asserts, whole];
}
