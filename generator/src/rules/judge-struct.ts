import type { DecodedStruct } from '../interpret/structs/decode-struct.js';
import type { FamilyIndex, Named } from '../interpret/structs/family-index.js';
import type { Context, Finding } from './finding.js';
import { judgeRegion } from './judge-region.js';
import { boundsIn, enumsIn, reservedIn } from './leaves.js';

/** What the text of a family objects to in a struct or region of it whose shape is right. */
export function judgeStruct(
  index: FamilyIndex,
  named: Named,
  bytes: Uint8Array,
  { leaves }: DecodedStruct,
  context: Context,
): Finding[] {
  const { region } = named.struct;
  if (region !== undefined) return judgeRegion(index, { ...named, region }, bytes, context);
  return [...reservedIn(leaves), ...enumsIn(leaves, index.ir.enums, context), ...boundsIn(leaves, context)].sort(
    (a, b) => a.offset - b.offset,
  );
}
