import { type DialectIndex, IrStore } from '@virtio-wire/generator';
import { root } from './vwire.js';

/** What `vwire generate` wrote down of every dialect. */
export const store = new IrStore(`${root}generated/ir`);

export function indexOf(name: string): DialectIndex {
  const found = store.dialect(name);
  if (found === null) throw new Error(`no dialect ${name}`);
  return found.index;
}
