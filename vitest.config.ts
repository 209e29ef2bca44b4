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
    testTimeout: 30_000,
    hookTimeout: 60_000,
    pool: 'forks',
    // Most of a test's time is waiting for the database and for processes it started.
    maxWorkers: 3,
  },
})
