import { distance } from 'fastest-levenshtein';

/** `did you mean "x"?`, or undefined when nothing known is near enough to be a likely slip. Equally near names are all told. */
export function didYouMean(given: string, known: Iterable<string>): string | undefined {
  const lower = given.toLowerCase();
  const measured = [...known].map((name) => ({ name, far: distance(lower, name.toLowerCase()) }));
  const least = Math.min(...measured.map((m) => m.far));
  if (least > Math.max(2, Math.floor(given.length / 3))) return undefined;
  const nearest = measured.filter((m) => m.far === least).slice(0, 4);
  return `did you mean ${nearest.map((m) => `"${m.name}"`).join(' or ')}?`;
}

/** The hint for a name that is not among a few known ones: the near miss, else all of them. */
export function knownNames(given: string, known: Iterable<string>): string {
  const names = [...known];
  return (
    didYouMean(given, names) ?? (names.length === 0 ? 'none is declared' : `known: ${names.slice(0, 20).join(', ')}`)
  );
}
