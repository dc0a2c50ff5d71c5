import { resolve } from 'node:path';
import { defineConfig } from 'vitest/config';

/**
 * The tests of one part of the runtime, on its sources instead of what was built from them: Stryker changes one place of a
 * source at a time and wants to see a test fail. Paths are relative to the folder it copies the sources to.
 */
const root = resolve(import.meta.dirname, '../../..');

export default defineConfig({
  root,
  resolve: { alias: [{ find: /^(?:\.\.\/)+runtime\/dist\/(.*)\.js$/, replacement: `${root}/runtime/src/$1.ts` }] },
  test: {
    include: [`test/runtime/${process.env.VWIRE_PART ?? '{intake,correlation,queue,core}'}*.test.ts`],
    testTimeout: 120_000,
  },
});
