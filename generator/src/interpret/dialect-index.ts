import type { BodyIR, DialectIR, IntFieldIR } from '../ir/types.js';

/** A dialect prepared for looking bodies up by what stands in a header, or by name. */
export class DialectIndex {
  readonly #byHeader = new Map<number, BodyIR[]>();
  readonly #byKey = new Map<string, BodyIR>();
  readonly typeField: IntFieldIR;
  readonly idField: IntFieldIR;
  /** The header field that counts the message, where there is one. */
  readonly sizeField: IntFieldIR | null;
  readonly deviceField: IntFieldIR | null;
  readonly tokenField: IntFieldIR | null;

  constructor(readonly ir: DialectIR) {
    for (const body of ir.bodies) {
      const slot = body.type | (body.id << 8);
      const there = this.#byHeader.get(slot);
      if (there === undefined) this.#byHeader.set(slot, [body]);
      else there.push(body);
      this.#byKey.set(body.key, body);
    }
    const role = (name: string): IntFieldIR | null => ir.header.find((f) => f.role === name) ?? null;
    const typeField = role('type');
    const idField = role('id');
    if (typeField === null || idField === null)
      throw new Error(`IR of ${ir.dialect} has no type or id field; regenerate it`);
    this.typeField = typeField;
    this.idField = idField;
    this.sizeField = role('size');
    this.deviceField = role('device');
    this.tokenField = role('token');
  }

  /** Bodies that a header's type and id may announce: none, one, or several where nothing tells them apart. */
  at(type: number, id: number): readonly BodyIR[] {
    return this.#byHeader.get((type & this.ir.framing.typeMask) | (id << 8)) ?? [];
  }

  byKey(key: string): BodyIR | undefined {
    return this.#byKey.get(key);
  }

  /** The class a type field announces. */
  classOf(type: number): string {
    const bits = type & this.ir.framing.typeMask & ~this.ir.framing.responseBit;
    return this.ir.classes.find((c) => c.type === bits)?.name ?? `type 0x${bits.toString(16)}`;
  }
}
