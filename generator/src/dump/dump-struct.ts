import { type DecodedStruct, decodeStruct, isRefusedStruct } from '../interpret/structs/decode-struct.js';
import type { FamilyIndex, Named } from '../interpret/structs/family-index.js';
import type { Finding } from '../rules/finding.js';
import { placeError, placeFindings } from './place.js';
import type { DumpRow } from './row.js';
import { StructWriter } from './struct-writer.js';

export interface StructDumpOptions {
  /** What the rules say about a struct whose shape is right; without it nothing is judged. */
  readonly judge?: (decoded: DecodedStruct) => readonly Finding[];
  /** Every element of an array, however long it is. */
  readonly all?: boolean;
}

/**
 * A struct or memory layout byte by byte, with the members of the structs it holds. Never throws, whatever the bytes
 * are; where they end too early or choose no arm, what was read before is still told.
 */
export function dumpStruct(
  index: FamilyIndex,
  named: Named,
  bytes: Uint8Array,
  { judge, all = false }: StructDumpOptions = {},
): DumpRow[] {
  const decoded = decodeStruct(index, named, bytes);
  const writer = new StructWriter(index, bytes, all);
  const broken = writer.struct(named);
  writer.plain(isRefusedStruct(decoded) ? 'unread' : 'surplus', bytes.length);
  if (isRefusedStruct(decoded)) placeError(writer, decoded.error, broken);
  else placeFindings(writer.rows, judge?.(decoded) ?? []);
  return writer.rows;
}
