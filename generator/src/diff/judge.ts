import { type Leaf, type Outcome, type Reading, worse, worst } from './item.js';
import type { Match } from './match.js';
import type { Slot } from './slot.js';

/** A match of slots seen from one direction: `a` is what was sent, `b` what it is taken for. */
export type Sent = Match<Slot>;

/** What became of every slot of a message on its way; all of them one thing where the receiver refused it or took it for another. */
export function judgeSlots(
  matches: readonly Sent[],
  sent: Reading,
  got: Reading,
  identity: string,
): readonly Outcome[] {
  if ('error' in got || 'error' in sent) return matches.map(() => 'rejected');
  if (got.identity !== identity) return matches.map(() => 'misread');
  const [from, to] = [bySlot(sent.leaves), bySlot(got.leaves)];
  const read = got.leaves.filter((leaf) => !leaf.reserved);
  const of = (leaves: ReadonlyMap<string, readonly Leaf[]>, slot: Slot): readonly Leaf[] => leaves.get(slot.name) ?? [];
  return matches.map(({ a, b }): Outcome => {
    if (a === null) return b === null ? 'same' : invented(b, of(to, b));
    if (b === null) return a.reserved ? 'same' : lost(of(from, a), read);
    if (a.reserved) return b.reserved ? 'same' : invented(b, of(to, b));
    if (b.reserved) return of(from, a).every(({ zero }) => zero) ? 'same' : 'ignored';
    return compare(a, b, of(from, a), of(to, b), read);
  });
}

function bySlot(leaves: readonly Leaf[]): Map<string, Leaf[]> {
  const slots = new Map<string, Leaf[]>();
  for (const leaf of leaves) {
    const there = slots.get(leaf.slot);
    if (there === undefined) slots.set(leaf.slot, [leaf]);
    else there.push(leaf);
  }
  return slots;
}

/** A value nobody sent: harmless only where it is the zero of reserved bytes. */
const invented = (slot: Slot, leaves: readonly Leaf[]): Outcome =>
  slot.reserved || leaves.length === 0 ? 'same' : leaves.every(({ zero }) => zero) ? 'unset' : 'misread';

/** A value without a place on the other side: ignored, unless something else is read out of its bytes. */
const lost = (leaves: readonly Leaf[], read: readonly Leaf[]): Outcome =>
  worst(leaves.map((leaf) => (overlapping(leaf, read).length > 0 ? 'misread' : 'ignored')));

export const overlapping = ({ bits: [from, to] }: Leaf, others: readonly Leaf[]): readonly Leaf[] =>
  others.filter(({ bits: [start, end] }) => start < to && from < end);

function compare(a: Slot, b: Slot, sent: readonly Leaf[], got: readonly Leaf[], read: readonly Leaf[]): Outcome {
  // Where both sides split the word, its parts are compared: a group that moved leaves the word as it was.
  const split = a.bits.length > 0 && b.bits.length > 0;
  const mine = sent.filter((leaf) => (split ? leaf.group && !leaf.reserved : !leaf.group));
  const theirs = new Map(
    got.filter((leaf) => (split ? leaf.group && !leaf.reserved : !leaf.group)).map((leaf) => [tail(leaf, b), leaf]),
  );
  let outcome: Outcome = 'same';
  for (const leaf of mine) {
    const key = split ? renamedBit(tail(leaf, a), a, b) : tail(leaf, a);
    const other = theirs.get(key);
    theirs.delete(key);
    // An array that arrives with fewer elements is another array, whether or not something else reads the rest.
    const missing = b.count === null ? lost([leaf], read) : 'misread';
    outcome = worse(outcome, other === undefined ? missing : leafOutcome(leaf, other));
  }
  for (const leaf of theirs.values()) outcome = worse(outcome, leaf.zero ? 'unset' : 'misread');
  return outcome;
}

/** What tells a leaf within its slot, whatever the slot is called: `[2]`, `.next_wrap`. */
const tail = ({ path }: Leaf, slot: Slot): string => {
  let [i, j] = [0, 0];
  // Slots have empty brackets where paths have an index.
  const indices: string[] = [];
  while (j < slot.name.length) {
    if (slot.name[j] === '[') {
      const end = path.indexOf(']', i);
      indices.push(path.slice(i, end + 1));
      i = end + 1;
      j += 2;
    } else {
      i++;
      j++;
    }
  }
  return `${indices.join('')}${path.slice(i)}`;
};

/** The tail of a group of bits as the other side calls it, by its place where the name is gone. */
function renamedBit(own: string, a: Slot, b: Slot): string {
  const at = own.lastIndexOf('.');
  const bits = a.bits.find(({ name }) => name === own.slice(at + 1));
  if (bits === undefined || b.bits.some(({ name }) => name === bits.name)) return own;
  const there = b.bits.find(({ lsb, width }) => lsb === bits.lsb && width === bits.width);
  return there === undefined ? own : `${own.slice(0, at)}.${there.name}`;
}

const leafOutcome = (a: Leaf, b: Leaf): Outcome => (a.value === b.value ? 'same' : 'misread');
