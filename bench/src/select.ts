import { MESSAGES, type Subject } from './subjects.js';

/** Wrong use of the benchmark's options. */
export class WrongUse extends Error {
  constructor(
    message: string,
    readonly hint: string,
  ) {
    super(message);
  }
}

export interface Selection {
  /** Whether subjects were named. */
  readonly bySubject: boolean;
  subject(name: string): boolean;
  message(name: string): boolean;
  /** Operations that were named; null for all there are. */
  readonly operations: readonly string[] | null;
}

/** What can be chosen of the operations of a subject; those of runtime and rings have one each. */
const OPERATIONS = ['decode', 'encode'] as const;

/** Each name is known, and no row has all of them. */
export const noRow = (only: string | null): WrongUse =>
  new WrongUse(
    `--only ${only}: there is no row of all of that`,
    'leave one of the names out: the rows that are there tell which go together',
  );

const everything = (): boolean => true;

/** What `--only` names: subjects, messages, operations; of every kind that is named a row has to match. Null selects everything. */
export function select(only: string | null, subjects: readonly Pick<Subject, 'name'>[]): Selection {
  const names = [...new Set(subjects.map((s) => s.name))];
  const wantedSubjects = new Set<string>();
  const wantedMessages = new Set<string>();
  const wantedOperations = new Set<string>();
  for (const term of (only ?? '').split(',').map((t) => t.trim().toLowerCase())) {
    if (term === '') continue;
    const same = (name: string): boolean => name.toLowerCase() === term;
    const holds = (name: string): boolean => name.toLowerCase().includes(term);
    const first = (name: string): boolean => name.toLowerCase().split(' ')[0] === term;
    // A whole name before a part of one: C is a subject, not the letter in many.
    const found = [names.filter(same), MESSAGES.filter((m) => same(m) || first(m)), names.filter(holds)];
    const [exactSubjects, exactMessages, someSubjects] = found as [string[], string[], string[]];
    if (OPERATIONS.some(same)) wantedOperations.add(term);
    else if (exactSubjects.length > 0) for (const s of exactSubjects) wantedSubjects.add(s);
    else if (exactMessages.length > 0) for (const m of exactMessages) wantedMessages.add(m);
    else if (someSubjects.length > 0) for (const s of someSubjects) wantedSubjects.add(s);
    else {
      const parts = MESSAGES.filter(holds);
      if (parts.length === 0)
        throw new WrongUse(
          `--only ${term} is no subject, no message and no operation`,
          `subjects: ${names.join('; ')}\nmessages: ${MESSAGES.join('; ')}\noperations: ${OPERATIONS.join('; ')}`,
        );
      for (const m of parts) wantedMessages.add(m);
    }
  }
  return {
    bySubject: wantedSubjects.size > 0,
    subject: wantedSubjects.size === 0 ? everything : (name) => wantedSubjects.has(name),
    message: wantedMessages.size === 0 ? everything : (name) => wantedMessages.has(name),
    operations: wantedOperations.size === 0 ? null : [...wantedOperations],
  };
}
