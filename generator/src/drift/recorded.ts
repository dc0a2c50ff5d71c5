import type { UnresolvedIR } from '../ir/types.js';
import type { DriftFinding } from './finding.js';

interface Entry {
  readonly id: string;
  /** Words and numbers of what the readings say. */
  readonly says: ReadonlySet<string>;
  readonly numbers: ReadonlySet<number>;
}

/** Finds the entries of `unresolved:` that a difference is recorded in. They explain it; it remains a difference. */
export class Recorded {
  readonly #about = new Map<string, Entry[]>();

  constructor(entries: readonly UnresolvedIR[]) {
    for (const { id, about, readings } of entries) {
      const says = readings.map((r) => r.says).join(' ');
      const entry = { id, says: new Set(says.split(/\W+/)), numbers: numbersIn(says) };
      for (const word of new Set([about, says, ...readings.map((r) => r.source)].join(' ').split(/\W+/)))
        this.#about.set(word, [...(this.#about.get(word) ?? []), entry]);
    }
  }

  /** Entries about this message that quote what the text has here: its numbers, or for a name the field or message. */
  of({ message, field, kinds, text }: Pick<DriftFinding, 'message' | 'field' | 'kinds' | 'text'>): string[] {
    const about = message === null ? undefined : this.#about.get(message);
    if (message === null || about === undefined || kinds.includes('unreadable')) return [];
    const stated = [...numbersIn(text)];
    return about
      .filter(({ says, numbers }) =>
        kinds.includes('name')
          ? says.has(field ?? message)
          : // Small numbers stand in every sentence.
            stated.some((n) => n > 8) && stated.every((n) => numbers.has(n)),
      )
      .map((entry) => entry.id);
  }
}

const numbersIn = (text: string): Set<number> => new Set((text.match(/\b(0x[0-9a-f]+|\d+)\b/g) ?? []).map(Number));
