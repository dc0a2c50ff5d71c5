import type { Difference } from './replay-compare.js';
import { REASONS, type Reason } from './replay-reasons.js';

/** A difference that is known, and why it is. */
export interface Listed extends Difference {
  readonly why: readonly Reason[];
}

const value = (line: string | undefined): string => {
  const text = line?.trim() ?? '';
  return text === '-' ? '' : text;
};

/**
 * Reads a table of differences:
 *
 *     # why, why
 *     what was said
 *       what they answered, or -
 *       what we answer
 */
export function table(text: string): readonly Listed[] {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const rows: Listed[] = [];
  let why: Reason[] = [];
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i]!;
    if (line.startsWith('# ')) {
      why = line.slice(2).split(', ') as Reason[];
      for (const reason of why) if (!Object.hasOwn(REASONS, reason)) throw new Error(`no such reason: ${reason}`);
    } else {
      rows.push({ at: line, theirs: value(lines[i + 1]), ours: value(lines[i + 2]), why });
      i += 2;
    }
  }
  return rows;
}

const sorted = (differences: readonly Difference[]): Difference[] =>
  differences
    .map(({ at, theirs, ours }) => ({ at, theirs, ours }))
    .sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));

/** Both in one order, so that what is missing on either side shows. */
export const sideBySide = (found: readonly Difference[], listed: readonly Listed[]) => ({
  found: sorted(found),
  listed: sorted(listed),
});
