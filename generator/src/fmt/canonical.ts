import { isMap, isScalar, isSeq, Scalar, type YAMLMap, type YAMLSeq } from 'yaml';
import { z } from 'zod';
import { Enumeration } from '../language/enumeration.js';
import { alternatives, definitionAt, keysOf } from '../language/shape.js';
import { Written } from '../language/written.js';
import { holdsComment } from './comments.js';
import { keyText, orderKeys, type Standing } from './order-keys.js';
import { styleScalar } from './scalars.js';

/** More groups of bits than this, and a field is written as a block with one group per line. */
const MAX_BITS_ON_LINE = 4;

/**
 * Brings a value and everything in it into canonical form: order of keys, one line or a block, quotes, hexadecimal digits.
 * `definitions` are what the schema language says about it; what it does not know stays as it was written.
 */
export function canonicalize(node: unknown, definitions: readonly unknown[], standing: Standing, inLine = false): void {
  const known = definitions.flatMap(alternatives);
  if (isScalar(node)) styleScalar(node, known, inLine);
  else if (isMap(node)) canonicalizeMap(node, known, standing, inLine);
  else if (isSeq(node)) canonicalizeSeq(node, known, inLine);
}

function canonicalizeMap(map: YAMLMap, known: readonly unknown[], standing: Standing, inLine: boolean): void {
  orderKeys(map, [...new Set(known.flatMap(keysOf))], standing);
  const onLine = layOut(map, known, inLine);
  if (known.includes(Enumeration) && map.get('flags') === true) writeMasks(map.get('values'));
  map.items.forEach((pair, index) => {
    if (isScalar(pair.key)) {
      pair.key.type = Scalar.PLAIN;
      tidy(pair.key, onLine || (index === 0 && standing !== 'root'));
    }
    if (isScalar(pair.value) || isMap(pair.value) || isSeq(pair.value)) pair.value.spaceBefore = false;
    const definitions = known.flatMap((definition) => definitionAt(definition, keyText(pair)));
    canonicalize(pair.value, definitions, 'value', onLine);
  });
}

function canonicalizeSeq(seq: YAMLSeq, known: readonly unknown[], inLine: boolean): void {
  const onLine = layOut(seq, known, inLine);
  seq.items.forEach((item, index) => {
    if (isScalar(item) || isMap(item) || isSeq(item)) tidy(item, onLine || index === 0);
    canonicalize(
      item,
      known.flatMap((definition) => definitionAt(definition, index)),
      'item',
      onLine,
    );
  });
}

/** Blank lines separate items: there is none before the first, and none on a line. */
function tidy(node: { spaceBefore?: boolean }, isTight: boolean): void {
  if (isTight) node.spaceBefore = false;
}

/** Decides between one line and a block; tells whether it became one line. */
function layOut(node: YAMLMap | YAMLSeq, known: readonly unknown[], inLine: boolean): boolean {
  delete node.tag;
  delete node.anchor;
  const kinds = known.filter(isMap(node) ? isMapping : isList);
  if (inLine || kinds.length > 0)
    node.flow = inLine || node.items.length === 0 || (kinds.some(isWrittenOnLine) && fitsLine(node));
  return node.flow === true;
}

const isMapping = (definition: unknown): boolean =>
  definition instanceof z.ZodObject || definition instanceof z.ZodRecord;
const isList = (definition: unknown): boolean => definition instanceof z.ZodArray;
const isWrittenOnLine = (definition: unknown): boolean => Written.get(definition as z.ZodType)?.as === 'line';

function fitsLine(node: YAMLMap | YAMLSeq): boolean {
  if (holdsComment(node)) return false;
  if (!isMap(node)) return true;
  const bits = node.get('bits');
  return !node.has('union') && !(isSeq(bits) && bits.items.length > MAX_BITS_ON_LINE);
}

/** The values of flags are masks, and masks are read in hexadecimal digits. */
function writeMasks(values: unknown): void {
  if (!isMap(values)) return;
  for (const { value } of values.items) {
    const mask = isMap(value) ? value.get('value', true) : undefined;
    if (isScalar(mask) && typeof mask.value === 'number') mask.format = 'HEX';
  }
}
