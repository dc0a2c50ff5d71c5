import type { Decoded } from '../interpret/decode.js';
import type { DialectIndex } from '../interpret/dialect-index.js';
import { rangeOf } from '../interpret/int.js';
import type { Value } from '../interpret/values.js';
import type { Outcome } from './outcome.js';
import type { Plan } from './plan.js';

/** Device number, token and what else is in a header. Type bits, id and size follow from the body and are written anew. */
export function carryHeader(
  { header: matches }: Plan,
  { header, body, size, surplus, padding }: Decoded,
  [a, b]: readonly [DialectIndex, DialectIndex],
  bytes: Uint8Array,
  outcome: Outcome,
): Record<string, unknown> {
  const given: Record<string, unknown> = {};
  for (const { a: mine, b: theirs } of matches) {
    if (mine === null) {
      if (theirs !== null && !theirs.reserved) outcome.assume(`header.${theirs.name}`, theirs.type === 'u64' ? '0' : 0);
      continue;
    }
    const value = header[mine.name] as number | bigint;
    const name = `header.${mine.name}`;
    if (mine.reserved || theirs === null) {
      if (BigInt(value) === 0n) continue;
      if (mine.reserved) outcome.lose('reserved', name, value, 'reserved, written as zero');
      else outcome.lose('absent', name, value, `${b.ir.dialect} has no such field in its header`);
      continue;
    }
    const [low, high] = rangeOf(theirs.type);
    if (BigInt(value) >= low && BigInt(value) <= high) given[theirs.name] = value;
    else
      outcome.refuse(
        'too_large',
        `header.${theirs.name}`,
        value,
        `${low}..${high}`,
        `${theirs.type} holds ${low} to ${high}`,
      );
  }
  announced(a, header, body, outcome);
  if (surplus !== null)
    outcome.lose(
      'surplus',
      'surplus',
      bytes.slice(surplus.offset, size),
      `${surplus.length} bytes behind the known fields`,
    );
  const rest = padding === null ? null : bytes.slice(padding.offset, size);
  if (rest?.some((byte) => byte !== 0) === true)
    outcome.lose('padding', 'padding', rest, 'bytes of the frame behind the last field, written as zero');
  return given;
}

/** A header that names another body than was asked for, or reserved bits of its type. */
function announced(
  { ir, typeField, idField }: DialectIndex,
  header: Decoded['header'],
  body: Decoded['body'],
  outcome: Outcome,
): void {
  const id = Number(header[idField.name]);
  if (id !== body.id) outcome.lose('header', `header.${idField.name}`, id, `${body.message} has id ${body.id}`);
  if (typeField === null) return;
  const type = Number(header[typeField.name] as Value);
  if (((type ^ body.type) & ir.framing.typeMask) !== 0)
    outcome.lose('header', `header.${typeField.name}`, type, `a ${body.class} ${body.kind} has type ${body.type}`);
  else if (type !== body.type)
    outcome.lose('reserved', `header.${typeField.name}`, type, `reserved bits, written as zero`);
}
