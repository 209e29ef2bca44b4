/** Folders, processes and questions for the tests of the embedded Postgres; everything is gone after the test. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { Client } from 'pg'
import { joinEmbeddedPostgres, type EmbeddedPostgres, type Machine } from '../../src/postgres/embedded.ts'
import { EmbeddedPostgresError } from '../../src/postgres/error.ts'
import { findNative } from '../../src/postgres/find.ts'
import { lookUntil } from '../../src/postgres/look.ts'
import { findPostmaster } from '../../src/postgres/postmaster-file.ts'

type Cleanup = (clean: () => Promise<void>) => void

/** A folder that is not there yet, with a name that asks for trouble; what runs in it is ended by `cleanup`. */
export function newFolder(cleanup: Cleanup, mode = 0o711): string {
  const parent = mkdtempSync(path.join(tmpdir(), 'acceptd-embedded-'))
  chmodSync(parent, mode)
  const folder = path.join(parent, `it's "data" $HOME`)
  cleanup(async () => {
    await kill(folder)
    rmSync(parent, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
  })
  return folder
}

/** This machine, except that nothing is ever put into /var/lib. */
export function machineOf(folder: string, overrides: Partial<Machine> = {}): Machine {
  return { findNative, systemFolder: path.join(path.dirname(folder), 'system'), ...overrides }
}

export function join(folder: string, overrides?: Partial<Machine>): Promise<EmbeddedPostgres> {
  return joinEmbeddedPostgres(folder, machineOf(folder, overrides))
}

export interface Joiner {
  readonly pid: number
  readonly url: string
  readonly started: boolean
  readonly error?: string
  readonly leave: () => Promise<void>
  readonly kill: () => Promise<void>
}

/** Joins in a process of its own. */
export async function joinElsewhere(
  folder: string,
  as: { uid?: number; gid?: number } = {},
): Promise<Joiner> {
  const child = startJoiner(folder, as)
  const line = (await once(createInterface(child.stdout), 'line')) as [string]
  const said = JSON.parse(line[0]) as Pick<Joiner, 'url' | 'started' | 'error'>
  const ended = once(child, 'exit')
  const end = (how: () => unknown) => async () => {
    how()
    await ended
  }
  return {
    ...said,
    pid: child.pid ?? 0,
    leave: end(() => child.stdin.end()),
    kill: end(() => child.kill('SIGKILL')),
  }
}

export function startJoiner(folder: string, as: { uid?: number; gid?: number } = {}) {
  const script = path.join(import.meta.dirname, 'joiner.ts')
  return spawn(process.execPath, [script, folder], { ...as, cwd: '/', stdio: ['pipe', 'pipe', 'inherit'] })
}

export async function ask(url: string, sql: string): Promise<unknown> {
  const client = new Client({ connectionString: url })
  client.on('error', () => undefined) // whoever asks learns it from the query
  await client.connect()
  try {
    const { rows } = await client.query<unknown[]>({ text: sql, rowMode: 'array' })
    return rows[0]?.[0]
  } finally {
    await client.end()
  }
}

export function serverOf(folder: string): number | undefined {
  return findPostmaster(clusterOf(folder))?.pid
}

export function clusterOf(folder: string): string {
  return path.join(folder, 'postgres')
}

/** Kills the server of a folder as a power cut would. */
export async function kill(folder: string): Promise<void> {
  const pid = existsSync(clusterOf(folder)) ? serverOf(folder) : undefined
  if (pid === undefined) return
  process.kill(pid, 'SIGKILL')
  await lookUntil(10, () => (serverOf(folder) === undefined ? true : undefined))
}

/** What the operator gets to read, which always ends with what to do. */
export async function refusal(attempt: Promise<unknown>): Promise<string> {
  const error = await attempt.then(
    () => new Error('it was not refused'),
    (reason: unknown) => reason,
  )
  if (!(error instanceof EmbeddedPostgresError)) throw error
  if (!error.message.endsWith(', or set DATABASE_URL to a Postgres of your own.')) throw error
  return error.message
}
