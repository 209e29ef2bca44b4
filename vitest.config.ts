import path from 'node:path'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  resolve: {
    // Outside vitest this is what src/work/own-name.ts does. The longer name first: the other is its beginning.
    alias: {
      'acceptd/client': path.join(import.meta.dirname, 'src/client/client.ts'),
      acceptd: path.join(import.meta.dirname, 'src/acceptd.ts'),
    },
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
