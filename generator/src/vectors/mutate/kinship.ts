import type { StructIR } from '../../ir/structs.js';

/** Which structs are elements, by name, of which others. */
export class Kinship {
  readonly #byName: ReadonlyMap<string, StructIR>;

  constructor(readonly structs: readonly StructIR[]) {
    this.#byName = new Map(structs.map((struct) => [struct.name, struct]));
  }

  /** Everything the struct is an element of, however deep; and with it all that any of them needs to be read, bar the struct. */
  of(struct: StructIR): { readonly holders: readonly StructIR[]; readonly kin: readonly StructIR[] } {
    const holders = closure([struct], (s) => this.structs.filter((other) => this.#elements(other).includes(s)));
    const needed = closure([struct, ...holders], (s) => this.#elements(s));
    const kin = [...new Set([...holders, ...needed])].filter((s) => s !== struct);
    return { holders, kin };
  }

  #elements({ shapes }: StructIR): StructIR[] {
    return shapes.flatMap(({ fields }) =>
      fields.flatMap((field) => (field.kind === 'structs' ? (this.#byName.get(field.struct) ?? []) : [])),
    );
  }
}

/** Everything `next` leads to, without where it starts. */
function closure<T>(from: readonly T[], next: (item: T) => readonly T[]): T[] {
  const found = new Set(from);
  for (const item of found) for (const other of next(item)) found.add(other);
  return [...found].filter((item) => !from.includes(item));
}
