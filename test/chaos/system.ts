/** The system of a run: one Postgres, two APIs and three workers, each with a line of its own to the database. */
import fs from 'node:fs/promises'
import path from 'node:path'
import pg from 'pg'
import { audit } from '../../src/queue/audit.ts'
import { openDatabase } from '../../src/store/database.ts'
import { prepareDatabase } from '../../src/prepare.ts'
import { ownPostgres, type OwnPostgres } from '../support/own-postgres.ts'
import { tcpProxy, type TcpProxy } from '../support/tcp-proxy.ts'
import { until } from '../support/until.ts'
import type { Evidence } from './checks/evidence.ts'
import { now } from './clock.ts'
import type { Dice } from './dice.ts'
import { startMember, type Member } from './member.ts'
import { mutantNamed } from './mutants.ts'
import type { Recorder } from './recorder.ts'
import { countOpen, placeWitness, takeSnapshot } from './snapshot.ts'

export interface Part {
  readonly member: Member
  readonly proxy: TcpProxy
}

export interface System {
  readonly database: OwnPostgres
  readonly parts: readonly Part[]
  /** Asks the database, past every proxy, on a connection that is made for it. */
  ask<T>(question: (client: pg.Client) => Promise<T>): Promise<T>
  /** Everything it says at the end. */
  evidence(): Promise<Evidence>
  /** How many jobs have not ended. */
  open(): Promise<number>
  stop(): Promise<void>
}

export interface SystemOptions {
  readonly folder: string
  readonly recorder: Recorder
  readonly dice: Dice
  readonly mutant?: string
  /** Of every process, besides what all have. */
  readonly environment?: Readonly<Record<string, string>>
}

const ROLES = ['api', 'api', 'worker', 'worker', 'worker'] as const
// Below those that systems give to connections: while the server is away, none may take its port.
const PORT = 20_000 + (process.pid % 10_000)
// One start in so many is with a clock that is an hour off.
const CLOCK_IS_OFF = 0.2
const HOUR_MS = 3_600_000

export async function startSystem(options: SystemOptions): Promise<System> {
  const { folder, recorder, dice, mutant } = options
  // Its folder goes with it; the history stays.
  const home = path.join(folder, 'postgres')
  await fs.mkdir(home)
  const database = await ownPostgres(home, PORT)
  const { url } = database
  await prepare(url, mutant)
  const parts: Part[] = []
  for (const [index, role] of ROLES.entries()) {
    const name = `${role} ${ROLES.slice(0, index).filter((other) => other === role).length + 1}`
    const clock = dice.named(`clock of ${name}`)
    const proxy = await tcpProxy(url)
    const environment = () => ({
      ...options.environment,
      CHAOS_CLOCK_MS: String(clock.chance(CLOCK_IS_OFF) ? clock.one([-HOUR_MS, HOUR_MS]) : 0),
      ...(mutant === undefined ? {} : { CHAOS_MUTANT: mutant }),
    })
    const member = startMember({ name, role, databaseUrl: proxy.url, folder, recorder, environment })
    parts.push({ member, proxy })
  }
  await until('all processes to be ready', () => parts.every(({ member }) => member.isReady()))
  return {
    database,
    parts,
    ask: (question) => ask(url, question),
    open: () => ask(url, countOpen),
    async evidence() {
      const snapshot = await ask(url, (client) => takeSnapshot(client, () => auditOf(url)))
      return { history: recorder.history(), snapshot, clockOffset: now() - Date.now() }
    },
    async stop() {
      await Promise.all(parts.map(({ member }) => member.stop()))
      await Promise.all(parts.map(({ proxy }) => proxy.close()))
      await database.remove()
    },
  }
}

async function prepare(url: string, mutant: string | undefined): Promise<void> {
  const onError = (error: Error): never => {
    throw error
  }
  const database = openDatabase({ url, name: 'chaos', maxConnections: 2, onError })
  await prepareDatabase(database, new Map(), onError)
  await database.close()
  await ask(url, async (client) => {
    await placeWitness(client)
    const { sql } = mutant === undefined ? {} : mutantNamed(mutant)
    if (sql !== undefined) await client.query(sql)
  })
}

async function auditOf(url: string) {
  const database = openDatabase({ url, name: 'audit', maxConnections: 1, onError: () => undefined })
  try {
    return await audit(database.db)
  } finally {
    await database.close()
  }
}

async function ask<T>(url: string, question: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url, application_name: 'chaos' })
  client.on('error', () => undefined) // told by the question
  await client.connect()
  try {
    return await question(client)
  } finally {
    await client.end()
  }
}
