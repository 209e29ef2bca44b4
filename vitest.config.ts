import path from 'node:path'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  resolve: {
    // Outside vitest, Node finds this by the package's own name (and load-tasks.ts for folders elsewhere).
    alias: { acceptd: path.join(import.meta.dirname, 'src/acceptd.ts') },
  },
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/postgres.ts'],
    // Only for what never comes: a machine busy with other things takes several times as long as an idle one.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    pool: 'forks',
    // Most of a test's time is waiting for the database and for processes it started.
    maxWorkers: 3,
  },
})
