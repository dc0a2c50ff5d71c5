import type { DecodedStruct } from '../interpret/structs/decode-struct.js';
import type { FamilyIndex, Named } from '../interpret/structs/family-index.js';
import type { Context, Finding } from './finding.js';
import { judgeRegion } from './judge-region.js';

/** What the text of a family objects to in a struct or region of it whose shape is right. */
export function judgeStruct(
  index: FamilyIndex,
  named: Named,
  bytes: Uint8Array,
  _decoded: DecodedStruct,
  context: Context,
): Finding[] {
  const { region } = named.struct;
  return region === undefined ? [] : judgeRegion(index, { ...named, region }, bytes, context);
}
