/** Words that may not name a function or parameter in a strict-mode module. */
const RESERVED = new Set(
  (
    'arguments await break case catch class const continue debugger default delete do else enum eval export extends ' +
    'false finally for function if implements import in instanceof interface let new null package private protected ' +
    'public return static super switch this throw true try typeof undefined var void while with yield'
  ).split(' '),
);

/** Hands out the identifiers of one scope: a name that is reserved or taken gets trailing underscores. */
export class Names {
  readonly #taken: Set<string>;

  constructor(taken: Iterable<string> = []) {
    this.#taken = new Set(taken);
  }

  claim(wish: string): string {
    const name = this.free(wish);
    this.#taken.add(name);
    return name;
  }

  /** The identifier `claim` would give, without taking it. */
  free(wish: string): string {
    let name = RESERVED.has(wish) ? `${wish}_` : wish;
    while (this.#taken.has(name)) name += '_';
    return name;
  }
}

/** A class or dialect name as part of an identifier: `ffa-bus` → `ffa_bus`. */
export const identifier = (text: string): string => text.replaceAll(/[^A-Za-z0-9_]/g, '_');
