/** What has to be left out (-) of one sequence and put in (+) to get another; what both have, in order, is not told. */
export function changes(theirs: readonly string[], ours: readonly string[]): string[] {
  const longest: number[][] = Array.from({ length: theirs.length + 1 }, () => new Array(ours.length + 1).fill(0));
  for (let i = theirs.length - 1; i >= 0; i--)
    for (let j = ours.length - 1; j >= 0; j--)
      longest[i]![j] =
        theirs[i] === ours[j] ? longest[i + 1]![j + 1]! + 1 : Math.max(longest[i + 1]![j]!, longest[i]![j + 1]!);
  const told: string[] = [];
  for (let i = 0, j = 0; i < theirs.length || j < ours.length; ) {
    if (theirs[i] !== undefined && theirs[i] === ours[j]) {
      i++;
      j++;
    } else if (j >= ours.length || (i < theirs.length && longest[i + 1]![j]! >= longest[i]![j + 1]!)) {
      told.push(`- ${theirs[i++]}`);
    } else told.push(`+ ${ours[j++]}`);
  }
  return told;
}
