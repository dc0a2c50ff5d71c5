import { closest, distance } from 'fastest-levenshtein';

/** `did you mean "x"?`, or undefined when nothing known is near enough to be a likely slip. */
export function didYouMean(given: string, known: Iterable<string>): string | undefined {
  const names = [...known];
  if (names.length === 0) return undefined;
  const lower = given.toLowerCase();
  const best = closest(lower, names.map((n) => n.toLowerCase()));
  const name = names.find((n) => n.toLowerCase() === best);
  if (name === undefined || distance(lower, best) > Math.max(2, Math.floor(given.length / 3))) return undefined;
  return `did you mean "${name}"?`;
}

/** The hint for a name that is not among a few known ones: the near miss, else all of them. */
export function knownNames(given: string, known: Iterable<string>): string {
  const names = [...known];
  return didYouMean(given, names) ?? (names.length === 0 ? 'none is declared' : `known: ${names.slice(0, 20).join(', ')}`);
}
