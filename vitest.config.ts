import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['{packages,modules,apps,examples,proofs,bench,tools,docs}/**/*.test.ts'],
    // Real servers, shared by all files of a run and started when the first one asks.
    globalSetup: ['packages/testing/servers/coordinator.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // A test that passes at the second attempt has found something.
    retry: 0,
  },
})
