import { knownNames } from '../diagnostics/did-you-mean.js';
import type { FamilyIR } from '../ir/structs.js';
import type { DialectIR } from '../ir/types.js';
import type { IrStore } from '../store.js';
import { UsageError } from './failure.js';

/** Every name that `findIr` knows, without protocols. */
export const irNames = (store: IrStore): string[] => [
  ...store.names,
  ...Object.keys(store.index.protocols).flatMap((protocol) => store.families(protocol)),
];

/** The dialect, alias or family of this name, with its protocol or without; an unknown name is wrong use. */
export function findIr(store: IrStore, name: string): DialectIR | FamilyIR {
  const dialect = store.dialect(name);
  if (dialect !== null) return dialect.index.ir;
  for (const protocol of Object.keys(store.index.protocols)) {
    const family = store.families(protocol).find((f) => name === f || name === `${protocol}/${f}`);
    const found = family === undefined ? null : store.family(protocol, family);
    if (found !== null) return found.ir;
  }
  throw new UsageError(`unknown dialect or family "${name}"`, knownNames(name, irNames(store)));
}

/** Every dialect and family, parents first. */
export const everyIr = (store: IrStore): (DialectIR | FamilyIR)[] =>
  Object.entries(store.index.protocols).flatMap(([protocol, { dialects, families }]) => [
    ...dialects.flatMap((d) => store.dialect(`${protocol}/${d}`)?.index.ir ?? []),
    ...families.flatMap((f) => store.family(protocol, f)?.ir ?? []),
  ]);
