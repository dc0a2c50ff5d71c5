/**
 * How often the properties of the runtime are tried, and from which seed.
 *
 * `VWIRE_RUNS=20000` tries each of them ten times as often as usual, `VWIRE_RUNS=100` a twentieth; the number is that of a
 * property with the usual 2,000 runs, and the others keep their proportion. `VWIRE_SEED` repeats a run: the seed is printed
 * when the tests start, and by fast-check with every counterexample.
 */
export const USUAL_RUNS = 2000;

const wanted = numberOf('VWIRE_RUNS', 1) ?? USUAL_RUNS;

/** Parameters of `fc.assert` for a property that is usually tried so many times. */
export function runs(usual: number = USUAL_RUNS): { readonly numRuns: number; readonly seed: number | undefined } {
  return { numRuns: Math.ceil((usual * wanted) / USUAL_RUNS), seed: numberOf('VWIRE_SEED', -0x8000_0000) };
}

/**
 * What a count over all runs must be above, lest the property hold for want of cases: `usual`, or its share with fewer runs.
 * A small count strays far from its share, so that is less by four times the root.
 */
export function atLeast(usual: number): number {
  if (wanted >= USUAL_RUNS) return usual;
  const share = (usual * wanted) / USUAL_RUNS;
  return Math.floor(share - 4 * Math.sqrt(share));
}

/** A whole number from the environment; undefined if it is not given. Throws on anything else, lest a typing error run less. */
function numberOf(name: string, least: number): number | undefined {
  const text = process.env[name];
  if (text === undefined || text === '') return undefined;
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < least)
    throw new RangeError(`${name}=${text}: a whole number from ${least}`);
  return value;
}

/** Global set-up of the tests: draws one seed for all properties, unless one is given, and says which. */
export default function drawSeed(): void {
  if ((process.env.VWIRE_SEED ?? '') === '') process.env.VWIRE_SEED = String(Math.floor(Math.random() * 0x7fff_ffff));
  console.log(
    `properties of the runtime: VWIRE_SEED=${process.env.VWIRE_SEED} repeats them, ${wanted} runs each as a rule`,
  );
}
