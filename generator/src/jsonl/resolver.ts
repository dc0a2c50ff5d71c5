import type { IrStore } from '../store.js';
import { type EntryError, type Resolved, resolveEntry } from './decode-entry.js';
import { type Defaults, type Entry, textOf } from './entry.js';

/** Dialect and profile of entry after entry. What was found is kept: captures name the same few thousands of times. */
export class Resolver {
  readonly #found = new Map<string, Resolved>();

  constructor(
    readonly store: IrStore,
    readonly options: { readonly profile?: string | undefined; readonly rules?: boolean | undefined },
  ) {}

  resolve(entry: Entry, defaults: Defaults): Resolved | { readonly error: EntryError } {
    const insist = this.options.profile;
    const protocol = textOf(entry, 'protocol') ?? '';
    const dialect = textOf(entry, 'dialect') ?? defaults.dialect ?? '';
    const key = `${protocol}\n${dialect}\n${insist ?? textOf(entry, 'profile') ?? defaults.profile ?? ''}`;
    const known = this.#found.get(key);
    if (known !== undefined) return known;
    const resolved = resolveEntry(this.store, entry, defaults, insist);
    if ('error' in resolved) return resolved;
    const found = this.options.rules === false ? { ...resolved, profile: null } : resolved;
    // Only names that exist get here, so that there are never many.
    this.#found.set(key, found);
    return found;
  }
}
