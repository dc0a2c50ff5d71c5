import { parse } from 'yaml';
import { z } from 'zod';
import type { MutationReport } from './mutation-runner.js';

const ENTRY = z
  .strictObject({
    /** Dialects and families the entry is about. */
    of: z.array(z.string()).min(1),
    /** Mutants, word for word. */
    mutants: z.array(z.string()).min(1).optional(),
    /** Shapes, or fields of shapes, of which every mutant survives. */
    under: z.array(z.string()).min(1).optional(),
    /** `equivalent`: no bytes can tell it from the original. `unpinned`: bytes could, but none from outside do. */
    verdict: z.enum(['equivalent', 'unpinned']),
    reason: z.string().min(1),
  })
  .refine((e) => e.mutants !== undefined || e.under !== undefined, 'either "mutants" or "under" says which');

const LIST = z.array(ENTRY);
type Entry = z.infer<typeof ENTRY>;

/** The list is not one: what is wrong, in one sentence. */
export class BadList extends Error {}

export interface Settled {
  readonly equivalent: number;
  readonly unpinned: number;
  /** Survivors that nobody has given a reason for. */
  readonly survived: readonly string[];
  /** What the list says of this dialect or family that is not so, or no longer. */
  readonly stale: readonly string[];
}

/** The mutants that are known to survive, each with its reason. */
export class KnownSurvivors {
  private constructor(readonly entries: readonly Entry[]) {}

  static readonly none = new KnownSurvivors([]);

  static parse(text: string): KnownSurvivors {
    let raw: unknown;
    try {
      raw = parse(text);
    } catch (error) {
      throw new BadList(error instanceof Error ? error.message : String(error));
    }
    const read = LIST.safeParse(raw ?? []);
    if (read.success) return new KnownSurvivors(read.data);
    const [issue] = read.error.issues;
    throw new BadList(`${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'is not such a list'}`);
  }

  /** Names of all dialects and families the list is about. */
  get names(): string[] {
    return [...new Set(this.entries.flatMap((e) => e.of))];
  }

  settle({ name, wire }: MutationReport): Settled {
    const known = new Map<string, Entry['verdict']>();
    const stale: string[] = [];
    for (const entry of this.entries.filter((e) => e.of.includes(name))) {
      for (const mutant of entry.mutants ?? []) {
        if (wire.survivors.includes(mutant)) known.set(mutant, entry.verdict);
        else stale.push(`${mutant} (${wire.killed.includes(mutant) ? 'killed by now' : 'no such mutant'})`);
      }
      for (const part of entry.under ?? []) {
        const under = wire.survivors.filter(isUnder(part));
        const killed = wire.killed.filter(isUnder(part));
        for (const mutant of under) known.set(mutant, entry.verdict);
        if (under.length === 0) stale.push(`under ${part} (nothing survives)`);
        else if (killed.length > 0) stale.push(`under ${part} (killed: ${killed[0]})`);
      }
    }
    const verdicts = [...known.values()];
    return {
      equivalent: verdicts.filter((v) => v === 'equivalent').length,
      unpinned: verdicts.filter((v) => v === 'unpinned').length,
      survived: wire.survivors.filter((s) => !known.has(s)),
      stale,
    };
  }
}

/** Whether a mutant is of this shape or field, or of something in it: `width shape field.part: u8 -> u16`. */
const isUnder =
  (part: string) =>
  (mutant: string): boolean => {
    const where = mutant.slice(mutant.indexOf(' ') + 1);
    return where.startsWith(part) && /^[ .[:]/.test(where.slice(part.length));
  };
