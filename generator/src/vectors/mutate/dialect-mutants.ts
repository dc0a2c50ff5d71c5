import { hexId } from '../../ir/spell-id.js';
import type { BodyIR, DialectIR, IntFieldIR } from '../../ir/types.js';
import { fieldChanges } from './field-changes.js';
import { type Mutant, replaced } from './mutant.js';

export type DialectMutant = Mutant<DialectIR>;

/** Every IR that differs from `ir` in one place that a byte vector should pin. */
export function* dialectMutants(ir: DialectIR): Generator<DialectMutant> {
  yield* frameMutants(ir);
  yield* headerMutants(ir);
  for (const [i, body] of ir.bodies.entries()) yield* bodyMutants(ir, i, body);
  yield* swaps(ir);
}

/** Sizes of header and frame, and the bits of the type field that tell class and response. */
function* frameMutants(ir: DialectIR): Generator<DialectMutant> {
  const { framing } = ir;
  const mutant = (
    kind: 'frame' | 'type-mask',
    what: string,
    changed: Partial<DialectIR['framing']>,
  ): DialectMutant => ({
    kind,
    where: 'framing',
    what,
    keys: null,
    ir: { ...ir, framing: { ...framing, ...changed } },
  });
  const { headerSize, fixedSize, typeMask } = framing;
  for (const by of [-1, 1]) {
    yield mutant('frame', `header ${headerSize} -> ${headerSize + by}`, { headerSize: headerSize + by });
    if (fixedSize !== null)
      yield mutant('frame', `frame ${fixedSize} -> ${fixedSize + by}`, { fixedSize: fixedSize + by });
  }
  const type = ir.header.find((f) => f.role === 'type');
  if (type === undefined) return;
  for (let bit = 0; bit < 8 * type.size; bit++) {
    const mask = (typeMask ^ (1 << bit)) >>> 0;
    yield mutant('type-mask', `${hexId(typeMask)} -> ${hexId(mask)}`, { typeMask: mask });
  }
}

function* headerMutants(ir: DialectIR): Generator<DialectMutant> {
  for (const [i, field] of ir.header.entries())
    for (const { kind, at, what, to } of fieldChanges(field, []))
      yield {
        kind,
        where: ['header', field.name, at].filter((part) => part !== '').join('.'),
        what,
        keys: null,
        ir: { ...ir, header: replaced(ir.header, i, to as IntFieldIR) },
      };
}

function* bodyMutants(ir: DialectIR, i: number, body: BodyIR): Generator<DialectMutant> {
  const withBody = (changed: Partial<BodyIR>): DialectIR => ({
    ...ir,
    bodies: replaced(ir.bodies, i, { ...body, ...changed }),
  });
  const keys = [body.key];
  for (const [n, field] of body.fields.entries()) {
    const counters = body.fields.slice(0, n).flatMap((f) => (f.kind === 'int' ? [f.name] : []));
    for (const { kind, at, what, to } of fieldChanges(field, counters))
      yield {
        kind,
        where: [body.key, field.name, at].filter((part) => part !== '').join('.'),
        what,
        keys,
        ir: withBody({ fields: replaced(body.fields, n, to) }),
      };
  }
  const other = body.id ^ 1;
  yield {
    kind: 'id',
    where: body.key,
    what: `${hexId(body.id)} -> ${hexId(other)}`,
    keys,
    ir: withBody({ id: other }),
  };
  for (let bit = 1; bit <= ir.framing.typeMask; bit *= 2) {
    if ((ir.framing.typeMask & bit) === 0) continue;
    const type = body.type ^ bit;
    yield {
      kind: 'type-bit',
      where: body.key,
      what: `${hexId(body.type)} -> ${hexId(type)}`,
      keys,
      ir: withBody({ type }),
    };
  }
}

/** Any two bodies with each other's id. */
function* swaps(ir: DialectIR): Generator<DialectMutant> {
  for (const [i, a] of ir.bodies.entries())
    for (const [n, b] of ir.bodies.entries()) {
      if (n <= i || a.id === b.id) continue;
      const bodies = replaced(replaced(ir.bodies, i, { ...a, id: b.id }), n, { ...b, id: a.id });
      yield {
        kind: 'id-swap',
        where: `${a.key} ${b.key}`,
        what: `${hexId(a.id)} <-> ${hexId(b.id)}`,
        keys: [a.key, b.key],
        ir: { ...ir, bodies },
      };
    }
}
