import type { DialectIR } from '../../ir/types.js';
import { type BodyModel, modelBody } from './body-model.js';
import { type HeaderModel, modelHeader } from './header-model.js';
import { identifier } from './names.js';

/** Everything the files of one dialect are made of, with all names decided. */
export interface DialectModel {
  readonly ir: DialectIR;
  /** `src/virtio-msg/rfc3`. */
  readonly folder: string;
  /** Path of the support module as seen from a file in `folder`. */
  readonly support: string;
  readonly header: HeaderModel;
  /** In the order of the IR. */
  readonly bodies: readonly BodyModel[];
  /** Bodies that share type bits and id, by key; dispatch takes the rest, hot ones first. */
  readonly ambiguous: ReadonlyMap<number, readonly BodyModel[]>;
  readonly dispatched: readonly BodyModel[];
}

function groupBy<T, K>(items: readonly T[], key: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group === undefined) groups.set(key(item), [item]);
    else group.push(item);
  }
  return groups;
}

export function modelDialect(ir: DialectIR): DialectModel {
  const header = modelHeader(ir);
  const classesOf = groupBy(ir.bodies, (body) => body.message);
  const bodies = ir.bodies.map((body) => {
    const classes = new Set(classesOf.get(body.message)?.map((other) => other.class));
    const prefixed = classes.size > 1 && body.class !== ir.classes[0]?.name;
    return modelBody(header, body, prefixed ? `${identifier(body.class)}_` : '');
  });
  const byKey = groupBy(bodies, (body) => body.key);
  const single = bodies.filter((body) => byKey.get(body.key)?.length === 1);
  return {
    ir,
    folder: `src/${ir.protocol}/${ir.dialect}`,
    support: '../../support/v1.js',
    header,
    bodies,
    ambiguous: new Map([...byKey].filter(([, sharing]) => sharing.length > 1)),
    dispatched: [...single.filter((body) => body.ir.hot), ...single.filter((body) => !body.ir.hot)],
  };
}
