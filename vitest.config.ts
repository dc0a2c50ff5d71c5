import { defineConfig } from 'vitest/config';

// More runs of the properties than usual take more time, see test/runtime/support/properties.ts.
const longer = Math.max(1, Number(process.env.VWIRE_RUNS ?? 0) / 2000);

// Tests start processes on shared machines; a limit is there to end what hangs, never to judge how fast something is.
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: 'test/runtime/support/properties.ts',
    testTimeout: 600_000 * longer,
    hookTimeout: 600_000,
    // Of the built files, shown as the sources they were built from: npm run coverage, see docs/quality.md.
    coverage: {
      include: ['runtime/dist/**/*.js'],
      reporter: ['text', 'html'],
      reportsDirectory: 'coverage/lines',
      reportOnFailure: true,
      thresholds: { 'runtime/src/core/**': { lines: 97 }, 'runtime/src/queue/**': { lines: 97 } },
    },
  },
});
