/** How one answer of ours differs from the captured one; '' is no answer at all. */
export interface Difference {
  readonly at: string;
  readonly theirs: string;
  readonly ours: string;
}

/** Answers to one thing that was said, side by side. */
export class Comparison {
  readonly differences: Difference[] = [];
  same = 0;

  frames(at: string, theirs: readonly string[], ours: readonly string[]): void {
    for (let i = 0; i < Math.max(theirs.length, ours.length); i++)
      this.value(i === 0 ? at : `${at}, answer ${i + 1}`, theirs[i] ?? '', ours[i] ?? '');
  }

  value(at: string, theirs: string, ours: string): void {
    if (theirs === ours) this.same++;
    else this.differences.push({ at, theirs, ours });
  }
}
