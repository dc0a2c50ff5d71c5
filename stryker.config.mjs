/** What all mutation tests have in common; `npm run mutate` adds the rest, see test/runtime/support/mutate.js. */
export default {
  testRunner: 'vitest',
  plugins: ['@stryker-mutator/vitest-runner'],
  vitest: { configFile: 'test/runtime/support/mutation.config.ts', related: false },
  // What goes into the copy that is mutated; packages are those of this folder.
  ignorePatterns: ['**', '!runtime/src/**', '!test/runtime/**', '!test/support/**', '!test/vectors/**'],
  tempDirName: '.cache/mutation/sandbox',
  incremental: true,
  reporters: ['clear-text', 'html', 'progress-append-only'],
  clearTextReporter: { logTests: false, allowColor: false, reportTests: false },
  // Generous: other work may have the machine.
  timeoutMS: 10_000,
  timeoutFactor: 4,
  warnings: { slow: false },
  thresholds: { high: 95, low: 85, break: 85 },
};
