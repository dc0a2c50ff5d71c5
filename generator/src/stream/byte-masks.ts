import type { FieldIR, IntFieldIR } from '../ir/types.js';

/** Bits of a message that must all be zero, byte by byte: pairs of offset and mask. */
export class ByteMasks {
  readonly #pairs: number[] = [];

  /** Every set bit of `mask` in the integer's value has to be zero on the wire. */
  add(field: IntFieldIR, mask: bigint): void {
    const big = field.type.startsWith('be');
    for (let i = 0; i < field.size; i++) {
      const byte = Number((mask >> BigInt(8 * i)) & 0xffn);
      if (byte !== 0) this.#pairs.push(field.offset + (big ? field.size - 1 - i : i), byte);
    }
  }

  /** The reserved parts of a field. False where they are not at a fixed place. */
  addReserved(field: FieldIR): boolean {
    if (field.kind === 'int') {
      if (field.reserved) this.add(field, ALL);
      else for (const bits of field.bits) if (bits.reserved) this.add(field, maskOf(bits.lsb, bits.width));
      return true;
    }
    if (!field.reserved) return true;
    if (!('fixed' in field.count)) return false;
    const bytes = field.count.fixed * (field.kind === 'ints' ? field.elementSize : 1);
    for (let i = 0; i < bytes; i++) this.#pairs.push(field.offset + i, 0xff);
    return true;
  }

  zero(view: DataView, p: number): boolean {
    const pairs = this.#pairs;
    for (let i = 0; i < pairs.length; i += 2) {
      if ((view.getUint8(p + (pairs[i] as number)) & (pairs[i + 1] as number)) !== 0) return false;
    }
    return true;
  }
}

const ALL = 0xffff_ffff_ffff_ffffn;
const maskOf = (lsb: number, width: number): bigint => ((1n << BigInt(width)) - 1n) << BigInt(lsb);
