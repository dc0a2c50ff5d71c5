// Mutation tests on demand: npm run mutate [-- intake correlation queue core], see docs/quality.md.
// `--only <glob>` mutates some files of a part, `--force` forgets what is known from the last time, `--two` takes two processes.
import { parseArgs } from 'node:util';
import { Stryker } from '@stryker-mutator/core';

/** What is mutated of each part; its tests are those whose names begin like it. */
const PARTS = {
  intake: ['runtime/src/core/intake*.ts'],
  // With the machinery that walks its tables.
  correlation: ['runtime/src/core/correlation/**/*.ts', 'runtime/src/core/{batch,compiled,dispatch,sorted}.ts'],
  queue: ['runtime/src/queue/**/*.ts'],
  core: ['runtime/src/core/id-map.ts'],
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { only: { type: 'string' }, force: { type: 'boolean' }, two: { type: 'boolean' } },
});
const parts = positionals.length > 0 ? positionals : Object.keys(PARTS);
const unknown = parts.filter((part) => !(part in PARTS));
if (unknown.length > 0) throw new Error(`${unknown.join(', ')}: not one of ${Object.keys(PARTS).join(', ')}`);

// Few runs of the properties, and always the same: what only a rare case kills must not be killed by luck.
process.env.VWIRE_RUNS ??= '100';
process.env.VWIRE_SEED ??= '1';
for (const part of parts) {
  process.env.VWIRE_PART = part;
  await new Stryker({
    mutate: values.only === undefined ? PARTS[part] : [values.only],
    incrementalFile: `.cache/mutation/${part}.json`,
    htmlReporter: { fileName: `coverage/mutation/${part}.html` },
    force: values.force ?? false,
    concurrency: values.two ? 2 : 1,
  }).runMutationTest();
}
