/** The database to work with, and the key to what is kept encrypted in it. */
import type { Logger } from 'pino'
import type { Closers } from './closers.ts'
import type { Config } from './config.ts'
import { sealerWith, type Sealer } from './job/sealing.ts'
import { joinEmbeddedPostgres } from './postgres/embedded.ts'
import { keyBeside } from './secret-key.ts'

export interface Found {
  readonly url: string
  /** Absent where DATABASE_URL was given. */
  readonly dataDir?: string
}

/** The one in DATABASE_URL; else the embedded one, which is left when all is closed. */
export async function findDatabase(config: Config, closers: Closers, log: Logger): Promise<Found> {
  if (config.databaseUrl !== undefined) return { url: config.databaseUrl }
  const embedded = await joinEmbeddedPostgres(config.dataDir, undefined, (sentence, error) =>
    log.warn({ err: error }, sentence),
  )
  closers.add(() => embedded.leave())
  return { url: embedded.url, dataDir: embedded.dataDir }
}

/** Undefined where nobody has set a key, and there is no folder of ours to keep one in. */
export async function findSealer({ secretKeys }: Config, { dataDir }: Found): Promise<Sealer | undefined> {
  const [first, ...others] = secretKeys
  if (first !== undefined) return sealerWith([first, ...others])
  return dataDir === undefined ? undefined : sealerWith([await keyBeside(dataDir)])
}
