import { type BodyIR, bodyModule, type DialectIndex, type IrStore, loadCodecs } from '@virtio-wire/generator';

/** A body as one dialect has it. */
export interface Place {
  readonly index: DialectIndex;
  readonly body: BodyIR;
  /** `protocol/dialect`. */
  readonly dialect: string;
  /** As its module is called: `SET_VQUEUE.request`. */
  readonly name: string;
}

/** One module of generated code, and every place that has it; the first is where it stands, the others hand it on. */
export type Shared = readonly [Place, ...Place[]];

/** `protocol/dialect` of every dialect that has messages. */
export const dialectsOf = (store: IrStore): string[] =>
  Object.entries(store.index.protocols).flatMap(([protocol, { dialects }]) =>
    dialects.map((dialect) => `${protocol}/${dialect}`).filter((name) => bodiesOf(store, name).length > 0),
  );

const bodiesOf = (store: IrStore, dialect: string): readonly BodyIR[] => store.dialect(dialect)?.index.ir.bodies ?? [];

/** Sub-path of `@virtio-wire/codecs` that is one body and nothing else. */
export const specifierOf = ({ dialect, name }: Place): string => `@virtio-wire/codecs/${dialect}/${name}`;

/** Every message of every dialect. Two that are the same code, which their functions tell, are one. */
export async function sharedBodies(store: IrStore): Promise<Shared[]> {
  const found = new Map<unknown, [Place, ...Place[]]>();
  for (const dialect of dialectsOf(store)) {
    const { index } = store.dialect(dialect)!;
    const module = await loadCodecs(index.ir);
    for (const body of index.ir.bodies) {
      const own = bodyModule(module, body.key);
      const place: Place = { index, body, dialect, name: (own.BODY as { readonly name: string }).name };
      const same = found.get(own.check);
      if (same === undefined) found.set(own.check, [place]);
      else same.push(place);
    }
  }
  return [...found.values()];
}
