import { type Item, type Leaf, otherSide, type Reading, type SideName, type Verdict, type Witness } from './item.js';
import { overlapping } from './judge.js';

/** What the two sides are called in a sentence. */
export interface Names {
  readonly a: string;
  readonly b: string;
}

/** `virtio-msg/rfc3` is `rfc3` beside another dialect; beside itself at a git ref it is told by the ref. */
export function shortNames({ a, b }: Names): Names {
  const [x, y] = [partsOf(a), partsOf(b)];
  if (x.name !== y.name) return { a: x.name, b: y.name };
  return x.ref === y.ref ? { a, b } : { a: x.ref ?? 'now', b: y.ref ?? 'now' };
}

function partsOf(label: string): { readonly ref: string | null; readonly name: string } {
  const colon = label.lastIndexOf(':');
  const name = label.slice(label.lastIndexOf('/') + 1).replace(/\.ya?ml$/, '');
  return { ref: colon > 0 ? label.slice(0, colon) : null, name: name.slice(name.lastIndexOf(':') + 1) };
}

/** Sentences about one witness: what was sent, and what the receiver makes of it. */
export function tellWitness(witness: Witness, names: Names, item?: Item): string {
  const { sender } = witness;
  const receiver = otherSide(sender);
  const [sent, got] = [witness[sender], witness[receiver]];
  if ('error' in sent) return '';
  if ('error' in got) return `${names[receiver]} rejects them: ${got.error.message}`;
  if (got.unit !== sent.unit && witness.lost.every((l) => l.outcome === 'misread') && got.identity !== sent.identity)
    return `${names[sender]} sent ${sent.unit}, ${names[receiver]} reads ${got.unit}${values(got.leaves)}`;
  const of = (side: SideName): (string | null)[] =>
    item?.slot ? [item.slot[side]?.name ?? null] : witness.lost.map((slot) => slot[side]);
  const mine = inOrder(of(sender).flatMap((slot) => ofSlot(sent, slot)));
  const there = of(receiver).flatMap((slot) => ofSlot(got, slot));
  // What stands in those bytes for the receiver says more than where its own value of that name came from.
  const inBytes = mine.flatMap((leaf) => overlapping(leaf, got.leaves).filter((l) => !l.group && !l.reserved));
  const read = inOrder([...new Set(item?.slot ? [...inBytes, ...there] : there)]);
  return sentence(mine, read, names, sender);
}

const inOrder = (leaves: readonly Leaf[]): Leaf[] => [...leaves].sort((x, y) => x.offset - y.offset);

/** Reserved bytes are named by nobody: what the other side has there is what counts. */
function sentence(sent: readonly Leaf[], got: readonly Leaf[], names: Names, sender: SideName): string {
  const [me, other] = [names[sender], names[otherSide(sender)]];
  const [mine, read] = [sent.filter((leaf) => !leaf.reserved), got.filter((leaf) => !leaf.reserved)];
  if (mine.length === 0) return read.length === 0 ? '' : `${other} reads ${list(read)}, which ${me} did not send`;
  if (read.length === 0) return `${me} reads ${list(mine)}, ${other} ignores it`;
  return `${me} reads ${list(mine)}; ${other} reads ${list(read)}`;
}

/** Words without their groups of bits, unless all that differs is in the groups. */
function ofSlot(reading: Reading, slot: string | null): readonly Leaf[] {
  if ('error' in reading || slot === null) return [];
  return reading.leaves.filter((leaf) => leaf.slot === slot && !leaf.group);
}

const MOST = 6;

function list(leaves: readonly Leaf[]): string {
  const shown = leaves.slice(0, MOST).map(leafText);
  return leaves.length > MOST ? `${shown.join(', ')} and ${leaves.length - MOST} more` : shown.join(', ');
}

const values = (leaves: readonly Leaf[]): string => {
  const own = leaves.filter((leaf) => !leaf.group && !leaf.slot.startsWith('header.'));
  return own.length === 0 ? '' : `: ${list(own)}`;
};

export function leafText({ path, value, constant }: Leaf): string {
  const long = value.length > 24;
  const text = /^-?\d+$/.test(value) && !long ? number(value) : long ? `${value.slice(0, 20)}…` : value;
  return `${path} = ${text}${constant === null ? '' : ` (${constant})`}`;
}

/** Large numbers are told in hexadecimal digits, in which bytes can be found again. */
const number = (digits: string): string => {
  const value = BigInt(digits);
  return value > 0xffffn ? `0x${value.toString(16)}` : digits;
};

/** `rejected`, `misread (rejected with other values)`. */
export function tellOutcome({ outcome, seen }: Verdict): string {
  const others = seen.filter((o) => o !== outcome);
  return others.length === 0
    ? outcome
    : `${outcome} (${others.map((o) => (o === 'same' ? 'right' : o)).join(' or ')} with other values)`;
}
