import type { Place } from '../diagnostics/diagnostic.js';
import type { BitsIR } from '../ir/types.js';
import type { FieldSource } from '../language/field.js';
import type { Path } from '../read/source-file.js';
import type { FieldsContext } from './fields-context.js';

type Group = NonNullable<FieldSource['bits']>[number];

/** A codec reads a group out of one half of a 64-bit integer. In a header such an integer is refused as a whole. */
function checkHalves({ name, lsb, width }: Group, place: Place, size: number, context: FieldsContext): void {
  if (context.inHeader || size <= 32 || lsb >= 32 || lsb + width <= 32) return;
  context.report.add(
    'VW309',
    place,
    `"${name}" crosses bit 32 of its integer: expected a group that ends at bit 31 or begins at bit 32, got bits ${lsb}..${lsb + width - 1}`,
    { hint: `split it in two: ${32 - lsb} bits from lsb ${lsb}, and ${lsb + width - 32} from lsb 32` },
  );
}

/** The bit groups of one integer, lowest first. Together they cover it: a hole would be a value nobody can reach. */
export function layBits(source: FieldSource, path: Path, size: number, context: FieldsContext): BitsIR[] {
  const given = source.bits ?? [];
  const place = (index: number) => context.origin.source.place([...path, 'bits', index]);
  const owner = new Array<number | undefined>(size).fill(undefined);
  given.forEach((bits, index) => {
    if (bits.lsb + bits.width > size) {
      context.report.add(
        'VW301',
        place(index),
        `"${bits.name}" takes bits ${bits.lsb}..${bits.lsb + bits.width - 1} of an integer that has bits 0..${size - 1}`,
        {
          also: { ...context.origin.source.place([...path, 'type']), text: 'the type of the integer is here' },
          hint: 'change lsb, width or the type',
        },
      );
      return;
    }
    checkHalves(bits, place(index), size, context);
    let reported = false;
    for (let bit = bits.lsb; bit < bits.lsb + bits.width; bit++) {
      const first = owner[bit];
      if (first === undefined) owner[bit] = index;
      else if (!reported) {
        reported = true;
        context.report.add(
          'VW300',
          place(index),
          `"${bits.name}" and "${given[first]?.name ?? ''}" both take bit ${bit}`,
          {
            also: { ...place(first), text: 'first taken here' },
            hint: 'groups of bits are disjoint: change lsb or width of one',
          },
        );
      }
    }
  });
  const hole = given.length === 0 ? -1 : owner.indexOf(undefined);
  const overflows = given.some((b) => b.lsb + b.width > size);
  if (hole >= 0 && !overflows) {
    context.report.add(
      'VW302',
      context.origin.source.place([...path, 'bits']),
      `bit ${hole} of "${source.name}" belongs to no group`,
      {
        hint: `name it, for example { name: reserved, lsb: ${hole}, width: 1, reserved: true, doc: … }`,
      },
    );
  }
  return [...given]
    .sort((a, b) => a.lsb - b.lsb)
    .map((b) => ({ name: b.name, lsb: b.lsb, width: b.width, reserved: b.reserved ?? false, doc: b.doc }));
}
