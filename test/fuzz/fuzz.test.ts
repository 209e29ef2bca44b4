import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { startServer } from '../campaigns/server-process.ts'
import { testDatabase } from '../support/database.ts'
import { temporaryFolder } from '../support/processes.ts'
import { leftBehind } from './aftermath.ts'
import { runCampaign } from './campaign.ts'

// Fixed, so that a failure here is one that everybody sees; `npm run fuzz -- --seed …` tries others.
const SEED = 20_261_122

describe('whatever is sent', () => {
  it('is answered as the document says, never with a fault of ours, and leaves nothing behind', async () => {
    const { url: databaseUrl, drop } = await testDatabase()
    const server = await startServer(databaseUrl, await temporaryFolder(), {
      ACCEPTD_TASKS: path.join(import.meta.dirname, 'tasks'),
      ACCEPTD_RETENTION_SECONDS: '5',
    })
    try {
      const { flaws, statuses } = await runCampaign({
        url: server.url(),
        requests: 5000,
        seed: SEED,
        connections: 8,
      })
      expect(flaws).toEqual([])
      // Or the campaign would have asked for nothing that there is.
      for (const status of ['200', '202', '304', '400', '404', '409', '412', '422', 'raw 400'])
        expect(statuses.get(status)).toBeGreaterThan(5)
      expect(await leftBehind(databaseUrl, server.printed())).toEqual([])
    } finally {
      await server.stop()
      await drop()
    }
  })
})
