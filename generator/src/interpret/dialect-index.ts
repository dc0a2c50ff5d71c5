import type { BodyIR, DialectIR, IntFieldIR } from '../ir/types.js';

/** Bodies that one value of the known type bits announces, together with one id. */
interface Slot {
  readonly type: number;
  readonly bodies: BodyIR[];
}

const NONE: readonly never[] = [];

/** A dialect prepared for looking bodies up by what stands in a header, or by name. */
export class DialectIndex {
  /** By id, of which a handful of types make use: type and id together may have more bits than a small integer. */
  readonly #byId = new Map<number, Slot[]>();
  readonly #byKey = new Map<string, BodyIR>();
  /** Null where no bit of the header tells class or response: bodies then differ by id alone. */
  readonly typeField: IntFieldIR | null;
  readonly idField: IntFieldIR;
  /** The header field that counts the message, where there is one. */
  readonly sizeField: IntFieldIR | null;
  readonly deviceField: IntFieldIR | null;
  readonly tokenField: IntFieldIR | null;

  constructor(readonly ir: DialectIR) {
    for (const body of ir.bodies) {
      this.#add(body);
      this.#byKey.set(body.key, body);
    }
    const role = (name: string): IntFieldIR | null => ir.header.find((f) => f.role === name) ?? null;
    const idField = role('id');
    if (idField === null) throw new Error(`IR of ${ir.dialect} has no id field; regenerate it`);
    this.typeField = role('type');
    this.idField = idField;
    this.sizeField = role('size');
    this.deviceField = role('device');
    this.tokenField = role('token');
  }

  /** Bodies that a header's type and id may announce: none, one, or several where nothing tells them apart. */
  at(type: number, id: number): readonly BodyIR[] {
    const bits = (type & this.ir.framing.typeMask) >>> 0;
    for (const slot of this.#byId.get(id) ?? NONE) if (slot.type === bits) return slot.bodies;
    return NONE;
  }

  /** Type and id that a header holds, `read` giving the value of a field. */
  announcedBy(read: (field: IntFieldIR) => number): { readonly type: number; readonly id: number } {
    return { type: this.typeField === null ? 0 : read(this.typeField), id: read(this.idField) };
  }

  #add(body: BodyIR): void {
    const type = body.type >>> 0;
    const slots = this.#byId.get(body.id) ?? [];
    const there = slots.find((slot) => slot.type === type);
    if (there === undefined) this.#byId.set(body.id, [...slots, { type, bodies: [body] }]);
    else there.bodies.push(body);
  }

  byKey(key: string): BodyIR | undefined {
    return this.#byKey.get(key);
  }

  /** The class a type field announces. */
  classOf(type: number): string {
    const bits = (type & this.ir.framing.typeMask & ~this.ir.framing.responseBit) >>> 0;
    return this.ir.classes.find((c) => c.type >>> 0 === bits)?.name ?? `type 0x${bits.toString(16)}`;
  }
}
