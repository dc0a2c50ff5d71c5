import { type DecodedStruct, decodeStruct, isRefusedStruct, type Leaf } from '../interpret/structs/decode-struct.js';
import type { FamilyIndex, Named } from '../interpret/structs/family-index.js';
import { toHex } from '../interpret/values.js';
import type { RegionIR } from '../ir/structs.js';
import { fixedSizeOf, varies } from '../ir/structs.js';
import { holds, parseConstraint, type Scope } from '../language/constraint.js';
import type { Context, Finding } from './finding.js';
import { boundsIn, enumsIn, leafFinding, reservedIn, spelled } from './leaves.js';

/** What the text of a memory layout objects to: conditions on values, reserved fields and holes that are not zero. */
export function judgeRegion(index: FamilyIndex, named: NamedRegion, bytes: Uint8Array, context: Context): Finding[] {
  const first = decodeStruct(index, named, bytes);
  if (isRefusedStruct(first)) return [];
  const found = judgeOne(named.region, index, first, bytes, context.region_bytes);
  const link = first.leaves.find((leaf) => leaf.path === named.region.chain);
  const at = Number(link?.value ?? 0);
  if (link === undefined || at === 0 || at >= bytes.length) return found;
  // Offsets are those of the first byte: everything of the second region is told with its own.
  const rest = bytes.subarray(at);
  const second = decodeStruct(index, named, rest);
  if (isRefusedStruct(second)) return found;
  const limit = context.region_bytes === undefined ? undefined : context.region_bytes - at;
  const last = second.leaves.find((leaf) => leaf.path === link.path);
  const more = [
    // Only the first region is asked where the second one lies.
    ...judgeOne(named.region, index, second, rest, limit).filter(({ field }) => field !== link.path),
    ...(Number(last?.value ?? 0) === 0
      ? []
      : [leafFinding('chain', link.path, link.offset, spelled(last?.value), 0, link.member.spec)]),
  ];
  return [...found, ...more.map((f) => ({ ...f, field: `next.${f.field}`, offset: at + f.offset }))];
}

interface NamedRegion extends Named {
  readonly region: RegionIR;
}

function judgeOne(
  region: RegionIR,
  { ir: { enums } }: FamilyIndex,
  decoded: DecodedStruct,
  bytes: Uint8Array,
  limit: number | undefined,
): Finding[] {
  const { leaves } = decoded;
  const find = (name: string): Leaf | undefined => leaves.find((leaf) => leaf.path === name);
  const scope: Scope = {
    value: (name) => {
      const value = find(name)?.value;
      return typeof value === 'number' || typeof value === 'bigint' ? BigInt(value) : undefined;
    },
    length: (name) => leaves.filter((leaf) => leaf.member.name === name).length,
    limit,
  };
  const broken = region.constraints
    .filter((c) => holds(parseConstraint(c.expression), scope) === false)
    .map((c): Finding => {
      const leaf = find(c.field);
      return leafFinding('constraint', c.field, leaf?.offset ?? 0, spelled(leaf?.value), c.expression, c.clause);
    });
  return [
    ...magicIn(region, leaves),
    ...broken,
    ...reservedIn(leaves),
    ...enumsIn(leaves, enums, {}),
    // The bounds of its own fields are among the conditions of the region.
    ...boundsIn(
      leaves.filter(({ path }) => /[.[]/.test(path)),
      {},
    ),
    ...holesIn(decoded, bytes),
    ...slotsIn(region, decoded),
  ];
}

function magicIn({ magic }: RegionIR, leaves: readonly Leaf[]): Finding[] {
  const leaf = leaves.find(({ path }) => path === magic?.field);
  if (magic === null || leaf === undefined || !(leaf.value instanceof Uint8Array)) return [];
  const got = toHex(leaf.value);
  return got === magic.bytes ? [] : [leafFinding('magic', leaf.path, leaf.offset, got, magic.bytes, leaf.member.spec)];
}

/** Bytes between fields belong to nobody, and are zero. */
function holesIn({ shape }: DecodedStruct, bytes: Uint8Array): Finding[] {
  const fields = shape.fields.filter((f) => !varies(f));
  return [...fields, null].flatMap((next, i) => {
    const before = fields[i - 1];
    const from = before === undefined ? 0 : before.offset + fixedSizeOf(before);
    const dirty = bytes.subarray(from, next?.offset ?? shape.minSize).findIndex((b) => b !== 0);
    const at = from + dirty;
    return dirty < 0 ? [] : [leafFinding('padding', 'padding', at, bytes[at] ?? 0, 0, shape.spec)];
  });
}

/** Slots are judged where there are any: the fixed part alone is what the other side of a region may be shown. */
function slotsIn({ minSlots }: RegionIR, { leaves, shape }: DecodedStruct): Finding[] {
  const slots = shape.fields.find(varies);
  const n = leaves.filter((leaf) => leaf.path.startsWith(`${slots?.name}[`)).length;
  if (slots === undefined || minSlots === null || n === 0 || n >= minSlots) return [];
  return [leafFinding('slots', slots.name, slots.offset, n, minSlots, slots.spec)];
}
