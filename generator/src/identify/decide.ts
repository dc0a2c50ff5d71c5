import type { DialectIndex } from '../interpret/dialect-index.js';
import type { BodyIR, FieldIR } from '../ir/types.js';

/** A message that dialects read differently, and how. */
export interface Decider {
  /** `transport GET_DEVICE_INFO response`. */
  readonly message: string;
  /** The message occurred in the capture, though not so that it decided. */
  readonly seen: boolean;
  readonly readings: readonly { readonly dialects: readonly string[]; readonly reads: string }[];
}

export interface Deciders {
  /** As few messages as it takes to tell all apart that can be. */
  readonly messages: readonly Decider[];
  /** Dialects that no message tells apart. */
  readonly same: readonly (readonly string[])[];
}

/** Which messages would tell these dialects apart, by what their IR says about every header a message can have. */
export function whatDecides(tied: readonly DialectIndex[], seen: ReadonlySet<string>): Deciders {
  const splits = slotsOf(tied)
    .flatMap((slot) => [splitBy(slot, tied, seen, true), splitBy(slot, tied, seen, false)])
    .filter((s) => s.groups.length > 1);
  let groups: (readonly DialectIndex[])[] = [tied];
  const messages: Decider[] = [];
  for (;;) {
    const open = groups.filter((g) => g.length > 1);
    const [best] = splits
      .map((split) => ({ split, parts: refined(open, split).length - open.length }))
      .filter(({ parts }) => parts > 0)
      .sort(
        (a, b) =>
          // A size decides whenever the message comes; equal sizes with other fields decide only by what they hold.
          Number(b.split.bySize) - Number(a.split.bySize) ||
          b.parts - a.parts ||
          Number(b.split.seen) - Number(a.split.seen),
      );
    if (best === undefined) break;
    groups = [...groups.filter((g) => g.length === 1), ...refined(open, best.split)];
    messages.push(told(best.split));
  }
  return { messages, same: groups.filter((g) => g.length > 1).map((g) => g.map(nameOf)) };
}

interface Slot {
  readonly type: number;
  readonly id: number;
}

interface Split {
  readonly body: BodyIR;
  readonly seen: boolean;
  /** The groups differ in size, or in whether they know it at all. Else in fields, and only their values tell. */
  readonly bySize: boolean;
  readonly groups: readonly { readonly dialects: readonly DialectIndex[]; readonly bodies: readonly BodyIR[] }[];
}

/** Every header that announces a body in one of the dialects. Types that a dialect does not have mean nothing to it. */
function slotsOf(tied: readonly DialectIndex[]): Slot[] {
  const found = new Map<string, Slot>();
  for (const { ir } of tied) for (const { type, id } of ir.bodies) found.set(`${type} ${id}`, { type, id });
  return [...found.values()].sort((a, b) => a.type - b.type || a.id - b.id);
}

function splitBy({ type, id }: Slot, tied: readonly DialectIndex[], seen: ReadonlySet<string>, bySize: boolean): Split {
  const groups = new Map<string, { dialects: DialectIndex[]; bodies: readonly BodyIR[] }>();
  for (const index of tied) {
    const bodies = index.at(type, id);
    const read = bodies.map(bySize ? spelledSize : layoutOf).join(' or ');
    const there = groups.get(read);
    if (there === undefined) groups.set(read, { dialects: [index], bodies });
    else there.dialects.push(index);
  }
  const all = [...groups.values()];
  const body = all.flatMap((g) => g.bodies)[0] as BodyIR;
  return { body, seen: seen.has(`${body.class}.${body.message}`), bySize, groups: all };
}

/** The groups cut where the split cuts them. */
const refined = (groups: readonly (readonly DialectIndex[])[], { groups: cuts }: Split): DialectIndex[][] =>
  groups.flatMap((group) =>
    cuts.map(({ dialects }) => group.filter((d) => dialects.includes(d))).filter((part) => part.length > 0),
  );

function told({ body, seen, groups, bySize }: Split): Decider {
  const common = commonFields(groups.map(({ bodies }) => bodies));
  const reads = (bodies: readonly BodyIR[]): string => {
    if (bodies.length === 0) return 'unknown';
    if (bySize) return bodies.map(spelledSize).join(' or ');
    const own = placesOf(bodies).filter((place) => !common.has(place));
    return own.length === 0 ? 'nothing beyond that' : own.join(', ');
  };
  return {
    message: `${body.class} ${body.message} ${body.kind}`,
    seen,
    readings: groups.map(({ dialects, bodies }) => ({ dialects: dialects.map(nameOf), reads: reads(bodies) })),
  };
}

const nameOf = ({ ir }: DialectIndex): string => ir.dialect;

/** All that decides how bytes are read; documentation does not. */
const layoutOf = (body: BodyIR): string =>
  JSON.stringify([body.minSize, body.maxSize, body.fields.map((f) => [f.name, f.offset, shapeOf(f)])]);

const shapeOf = (field: FieldIR): unknown =>
  field.kind === 'int'
    ? [field.type, field.reserved, field.bits.map((b) => [b.name, b.lsb, b.width])]
    : [field.kind, field.count, field.kind === 'ints' ? field.type : field.format];

/** Bytes of a message's content, header included: a fixed frame is padded behind it. */
function spelledSize({ fields, minSize }: BodyIR): string {
  const last = fields[fields.length - 1];
  if (last === undefined) return `${minSize} bytes`;
  if (last.kind === 'int') return `${last.offset + last.size} bytes`;
  if (!('fixed' in last.count)) return `${last.offset} bytes and ${last.name}`;
  return `${last.offset + last.count.fixed * (last.kind === 'ints' ? last.elementSize : 1)} bytes`;
}

const placesOf = (bodies: readonly BodyIR[]): string[] =>
  bodies.flatMap(({ fields }) => fields.map((f) => `${f.name} at ${f.offset}`));

/** What all readings have alike, and need not be told. */
function commonFields(groups: readonly (readonly BodyIR[])[]): ReadonlySet<string> {
  const [first = [], ...others] = groups.map(placesOf);
  return new Set(first.filter((place) => others.every((other) => other.includes(place))));
}
