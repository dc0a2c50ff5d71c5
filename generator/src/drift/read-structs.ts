import type { BodyKind } from '../ir/types.js';
import { statedNumber } from './stated-size.js';
import type { StatedSize, TextClass } from './text-model.js';

/** A struct of a listing: newer texts tell a message in C instead of a table. */
export interface ListedStruct {
  readonly class: TextClass;
  readonly name: string;
  readonly kind: BodyKind;
  /** Offsets into the listing. */
  readonly at: number;
  readonly members: readonly ListedMember[];
}

export interface ListedMember {
  readonly at: number;
  /** In bytes from the start of the struct; null behind a member that cannot be read. */
  readonly offset: number | null;
  readonly size: StatedSize | null;
  readonly name: string;
  /** The declaration, where it cannot be read. */
  readonly unreadable: string | null;
}

const STRUCT = /\bstruct\s+virtio_(bus_)?msg_(\w{1,64})\s*\{([^{}]*)\}/g;
const MEMBER = /^(?:struct )?(?:__)?(\w+) (.+)$/;
const NAME = /^ ?(\w+) ?(?:\[([^\]]*)\])?$/;
const KIND: readonly (readonly [BodyKind, RegExp])[] = [
  ['request', /_req(uest)?$/],
  ['response', /_(resp|response|answer)$/],
];

/** The messages among the structs of a listing: `virtio_msg_NAME_req`, `…_resp`, `virtio_bus_msg_NAME`. */
export function listedStructs(listing: string): ListedStruct[] {
  const source = withoutComments(listing);
  const structs: ListedStruct[] = [];
  for (const found of source.matchAll(STRUCT)) {
    const [all, bus, full = '', content = ''] = found;
    const [kind, suffix] = KIND.find(([, end]) => end.test(full)) ?? ['event' as const, /$^/];
    structs.push({
      class: bus === undefined ? 'transport' : 'bus',
      name: full.replace(suffix, '').toUpperCase(),
      kind,
      at: found.index,
      members: membersOf(content, found.index + all.indexOf('{') + 1),
    });
  }
  return structs;
}

/** The struct of the header that all messages begin with; what comes behind it is no member of it. */
export const isHeader = ({ class: of, name }: ListedStruct): boolean =>
  of === 'transport' && /^(HEADER|HDR)$/.test(name);

function membersOf(content: string, from: number): ListedMember[] {
  const members: ListedMember[] = [];
  let offset: number | null = 0;
  let at = from;
  for (const declaration of content.split(';')) {
    const start = at + (/\S/.exec(declaration)?.index ?? 0);
    at += declaration.length + 1;
    const text = declaration.trim().replace(/\s+/g, ' ');
    if (text === '') continue;
    const [, type = '', names = ''] = MEMBER.exec(text) ?? [];
    const width = /^(?:u|le|be|s|uint|int)(8|16|24|32|64)(?:_t)?$/.exec(type)?.[1];
    const named = names.split(',').map((one) => NAME.exec(one.trimEnd()));
    if (width === undefined || named.includes(null)) {
      members.push({ at: start, offset: null, size: null, name: text, unreadable: text });
      offset = null;
      continue;
    }
    for (const one of named) {
      const size = sizeOf(Number(width) / 8, one?.[2]);
      members.push({ at: start, offset, size, name: one?.[1] ?? '', unreadable: null });
      offset = offset === null || size.max === null ? null : offset + size.max;
    }
  }
  return members;
}

function sizeOf(element: number, count: string | undefined): StatedSize {
  if (count === undefined) return { text: String(element), min: element, max: element };
  const number = statedNumber(count);
  if (number === null) return { text: count.trim() === '' ? '...' : count.trim(), min: 0, max: null };
  return { text: String(element * number), min: element * number, max: element * number };
}

/** Comments as spaces, so that places stay. */
const withoutComments = (text: string): string =>
  text.replace(/\/\*[\s\S]*?(?:\*\/|$)|\/\/[^\n]*/g, (comment) => comment.replace(/[^\n]/g, ' '));
