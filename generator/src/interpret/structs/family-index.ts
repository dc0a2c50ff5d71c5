import type { FamilyIR, ShapeIR, StructIR } from '../../ir/structs.js';

/** A struct asked for by name: one shape, or the struct whose bytes tell which of its shapes they have. */
export interface Named {
  readonly struct: StructIR;
  readonly shape: ShapeIR | null;
}

/** A family prepared for looking structs up the way vector files spell them. */
export class FamilyIndex {
  readonly #structs = new Map<string, StructIR>();
  readonly #shapes = new Map<string, { struct: StructIR; shape: ShapeIR }>();

  constructor(readonly ir: FamilyIR) {
    for (const struct of ir.structs) {
      this.#structs.set(struct.name, struct);
      for (const shape of struct.shapes)
        for (const key of [shape.key, ...shape.aliases]) this.#shapes.set(key, { struct, shape });
    }
  }

  /** By a name of the form `name[+tail][/arm-or-reading][@n]`; what counts elements is told by the bytes as well. */
  find(spelled: string): Named | null {
    const name = withoutCounts(spelled);
    const struct = this.#structs.get(name);
    if (struct !== undefined) return { struct, shape: struct.choice.by === 'none' ? (struct.shapes[0] ?? null) : null };
    // What is the same whichever part or arm it stands in has no name of its own there.
    return this.#shapes.get(name) ?? (name === outer(name) ? null : this.find(outer(name)));
  }

  shape(key: string): ShapeIR | undefined {
    return this.#shapes.get(key)?.shape;
  }
}

/** `virtio_net_rss_config@4x8` → `virtio_net_rss_config`. */
export const withoutCounts = (spelled: string): string => spelled.replace(/@\d+(x\d+)*/, '');

/** `NAME/arm:in` → `NAME:in` → `NAME`: without what a struct may not have. */
const outer = (name: string): string =>
  /:\w+$/.test(name) && name.includes('/') ? name.replace(/\/[\w-]+/, '') : name.replace(/:\w+$/, '');

/** The name of the struct alone, whatever tells its shapes apart; that of a command with its part. */
export const structNameOf = (spelled: string): string =>
  `${/^\w*/.exec(spelled)?.[0] ?? ''}${/:\w+$/.exec(spelled)?.[0] ?? ''}`;
