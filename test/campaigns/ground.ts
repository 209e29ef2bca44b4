/** What a campaign stands on: an embedded Postgres in a temporary folder, gone afterwards. */
import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { joinEmbeddedPostgres } from '../../src/postgres/embedded.ts'

export interface Ground {
  readonly databaseUrl: string
  /** For whatever else is needed for the time being. */
  readonly folder: string
  /** What Postgres logs. */
  readonly databaseLog: string
}

export async function onOwnGround(campaign: (ground: Ground) => Promise<void>): Promise<void> {
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'acceptd-campaign-'))
  try {
    const { url, dataDir, leave } = await joinEmbeddedPostgres(path.join(folder, 'data'))
    try {
      await campaign({ databaseUrl: url, folder, databaseLog: path.join(dataDir, 'postgres.log') })
    } finally {
      await leave()
      // Elsewhere than asked for, where root must not run Postgres.
      await fs.rm(dataDir, { recursive: true, force: true })
    }
  } finally {
    await fs.rm(folder, { recursive: true, force: true })
  }
}
