/** LISTEN, on one connection of its own for as long as the process lives, through restarts of the database. */
import pg from 'pg'
import { CHANNELS, type Channel } from './signals.ts'

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
