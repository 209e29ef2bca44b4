/** NOTIFY and LISTEN: hints between processes. Every one may be lost; whoever waits for one also looks now and then. */
import { sql } from 'kysely'
import pg from 'pg'
import type { Db } from './database.ts'

/** `acceptd_work`: a job may be due. `acceptd_cancel`: the job whose id is the payload is to stop. */
const CHANNELS = ['acceptd_work', 'acceptd_cancel'] as const
export type Channel = (typeof CHANNELS)[number]

/** Inside a transaction it is sent at its commit, outside at once. */
export async function notify(db: Db, channel: Channel, payload = ''): Promise<void> {
  await sql`select pg_notify(${channel}, ${payload})`.execute(db)
}

// A commit with a NOTIFY takes a lock that is global to the database, so a burst of submissions shares one.
const COALESCE_MS = 5

export interface WorkSignal {
  /** Says that a job may be due, soon and cheaply: at once when quiet, once per few milliseconds in a burst. */
  send(): void
}

export function workSignal(db: Db, onError: (error: unknown) => void): WorkSignal {
  let quietUntil = 0
  let waiting = false
  const now = () => {
    waiting = false
    quietUntil = performance.now() + COALESCE_MS
    notify(db, 'acceptd_work').catch(onError)
  }
  return {
    send() {
      if (waiting) return
      const wait = quietUntil - performance.now()
      if (wait <= 0) return now()
      waiting = true
      setTimeout(now, wait)
    },
  }
}

export interface Listener {
  close(): Promise<void>
}

export interface ListenerOptions {
  readonly url: string
  readonly onSignal: (channel: Channel, payload: string) => void
  /** Called whenever listening has (re)started: what was sent meanwhile was missed. */
  readonly onReady: () => void
  readonly onError: (error: Error) => void
}

const RECONNECT_MS = [50, 200, 500, 1000]

/** Listens on one connection of its own for as long as the process lives, through database restarts. */
export function listen({ url, onSignal, onReady, onError }: ListenerOptions): Listener {
  let client: pg.Client | undefined
  let failures = 0
  let timer: NodeJS.Timeout | undefined
  let closed = false

  const reconnect = (lost: pg.Client) => {
    if (closed || lost !== client) return
    client = undefined
    timer = setTimeout(() => void connect(), RECONNECT_MS[Math.min(failures++, RECONNECT_MS.length - 1)])
  }

  async function connect(): Promise<void> {
    const next = new pg.Client({
      connectionString: url,
      application_name: 'acceptd listener',
      keepAlive: true,
      keepAliveInitialDelayMillis: 10_000,
      connectionTimeoutMillis: 5000,
    })
    client = next
    next.on('error', (error) => {
      onError(error)
      reconnect(next)
    })
    next.on('end', () => reconnect(next))
    next.on('notification', ({ channel, payload }) => onSignal(channel as Channel, payload ?? ''))
    try {
      await next.connect()
      await next.query(CHANNELS.map((channel) => `listen ${channel}`).join('; '))
      failures = 0
      onReady()
    } catch (error) {
      onError(error as Error)
      reconnect(next)
    }
  }

  const first = connect()
  return {
    async close() {
      closed = true
      clearTimeout(timer)
      await first
      await client?.end()
    },
  }
}
