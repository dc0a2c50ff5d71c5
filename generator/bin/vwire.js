#!/usr/bin/env node
// Committed so that npm can link the command before anything is built.
import('../dist/cli/main.js').then(
  (cli) => cli.main(process.argv.slice(2)),
  (error) => {
    if (error?.code !== 'ERR_MODULE_NOT_FOUND') throw error;
    process.stderr.write(`vwire: not built yet (${error.message}). Run "npm run build" in the repository root.\n`);
    process.exitCode = 3;
  },
);
