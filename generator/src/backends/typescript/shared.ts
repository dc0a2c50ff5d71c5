import { posix } from 'node:path';
import type { DialectIR } from '../../ir/types.js';
import type { BodyModel } from './body-model.js';
import type { DialectModel } from './view-model.js';

/** What `./header.js` of a dialect is made of. */
export const headerKey = ({ framing, header }: DialectIR): string => JSON.stringify([framing, header]);

/** What a body module is made of: who declared the body changes nothing in it. */
export const bodyKey = ({ ir }: DialectModel, body: BodyModel): string =>
  JSON.stringify([body.name, { ...body.ir, origin: '' }, headerKey(ir)]);

/**
 * Modules that several dialects have in common are written once, for the dialect that most others descend from or carry;
 * the others hand them on.
 */
export class SharedModules {
  readonly #owners = new Map<string, DialectModel>();

  constructor(models: readonly DialectModel[]) {
    const heirs = new Map(models.map(({ ir }) => [`${ir.protocol}/${ir.dialect}`, 0]));
    for (const { ir } of models) {
      for (const ancestor of ancestorsOf(ir, models)) heirs.set(ancestor, (heirs.get(ancestor) ?? 0) + 1);
    }
    const count = ({ ir }: DialectModel): number => heirs.get(`${ir.protocol}/${ir.dialect}`) ?? 0;
    for (const model of models) {
      for (const key of [headerKey(model.ir), ...model.bodies.map((body) => bodyKey(model, body))]) {
        const before = this.#owners.get(key);
        if (before === undefined || count(model) > count(before)) this.#owners.set(key, model);
      }
    }
  }

  /** Specifier of the header module to hand on, or null where the dialect has its own. */
  header(model: DialectModel): string | null {
    return this.#elsewhere(headerKey(model.ir), model, 'header');
  }

  /** Specifier of the body module to hand on, or null where the dialect has its own. */
  body(model: DialectModel, body: BodyModel): string | null {
    return this.#elsewhere(bodyKey(model, body), model, body.name);
  }

  #elsewhere(key: string, model: DialectModel, file: string): string | null {
    const owner = this.#owners.get(key);
    if (owner === undefined || owner.folder === model.folder) return null;
    return `${posix.relative(model.folder, owner.folder)}/${file}.js`;
  }
}

/** Every dialect that one extends or carries, and those that these extend or carry. */
function ancestorsOf(ir: DialectIR, models: readonly DialectModel[], found = new Set<string>()): Set<string> {
  const next = [ir.carries, ir.parent === null ? null : `${ir.protocol}/${ir.parent}`];
  for (const name of next) {
    if (name === null || found.has(name)) continue;
    found.add(name);
    const model = models.find((m) => `${m.ir.protocol}/${m.ir.dialect}` === name);
    if (model !== undefined) ancestorsOf(model.ir, models, found);
  }
  return found;
}
