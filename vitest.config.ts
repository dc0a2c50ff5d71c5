import { defineConfig } from 'vitest/config';

// Tests start processes on shared machines; a limit is there to end what hangs, never to judge how fast something is.
export default defineConfig({
  test: { include: ['test/**/*.test.ts'], testTimeout: 120_000, hookTimeout: 300_000 },
});
