import type { IrStore } from '@virtio-wire/generator';
import { type Shared, sharedBodies, specifierOf } from './bodies.js';
import type { Stated } from './card.js';
import { type Plan, planOf } from './plan.js';
import { bundledSizes } from './sizes.js';

/** All that can be said without measuring. */
export interface Inventory {
  readonly esbuild: string;
  readonly bodies: readonly { readonly stated: Stated; readonly plan: Plan }[];
}

/** Every body that is emitted: its dialects, its bytes on the wire, its code, and what is to be measured of it. */
export async function inventoryOf(store: IrStore): Promise<Inventory> {
  const shared = await sharedBodies(store);
  const { esbuild, sizes } = await bundledSizes(shared.map(([place]) => specifierOf(place)));
  const bodies = shared.map((places) => {
    const [place] = places;
    const plan = planOf(place);
    return { plan, stated: { ...about(places), measured: plan.size, ...sizes.get(specifierOf(place))! } };
  });
  return { esbuild, bodies };
}

/** Refuses places whose bytes differ although they have the same code. */
function about(places: Shared): Pick<Stated, 'name' | 'dialects' | 'wire'> {
  const [{ name, dialect, body }] = places;
  for (const { dialect: other, body: theirs } of places)
    if (theirs.minSize !== body.minSize || theirs.maxSize !== body.maxSize)
      throw new Error(`${name} has other sizes in ${other} than in ${dialect}, and the same code`);
  return { name, dialects: places.map((p) => p.dialect), wire: { min: body.minSize, max: body.maxSize } };
}
