/** LISTEN, on one connection of its own for as long as the process lives, through restarts of the database. */
import { DroppableClient } from './client.ts'
import { Silence } from './outage.ts'
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
  readonly beatMs?: number
  readonly answerMs?: number
}

const RECONNECT_MS = [50, 200, 500, 1000]
// A connection that leads nowhere, though nobody closed it, is silent like one on which there is nothing to hear. So it is
// asked now and then, and must answer.
const BEAT_MS = 10_000
const ANSWER_MS = 4000

export function listen(options: ListenerOptions): Listener {
  const { url, onSignal, onReady, onError, beatMs = BEAT_MS, answerMs = ANSWER_MS } = options
  let client: DroppableClient | undefined
  let failures = 0
  let timer: NodeJS.Timeout | undefined
  let closed = false

  const reconnect = (lost: DroppableClient) => {
    if (closed || lost !== client) return
    client = undefined
    clearTimeout(timer)
    timer = setTimeout(() => void connect(), RECONNECT_MS[Math.min(failures++, RECONNECT_MS.length - 1)])
  }

  async function connect(): Promise<void> {
    const next = new DroppableClient({
      connectionString: url,
      application_name: 'acceptd listener',
      keepAlive: true,
      keepAliveInitialDelayMillis: 10_000,
      connectionTimeoutMillis: answerMs,
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
      await ask(next, CHANNELS.map((channel) => `listen ${channel}`).join('; '))
      failures = 0
      onReady()
      beatLater(next)
    } catch (error) {
      onError(error as Error)
      reconnect(next)
    }
  }

  function beatLater(current: DroppableClient): void {
    if (closed || client !== current) return
    timer = setTimeout(() => {
      // Whatever is wrong with a connection is told by its `error` event.
      void beat(current).catch((error: Error) => current.drop(error))
    }, beatMs)
  }

  async function beat(current: DroppableClient): Promise<void> {
    const [row] = await ask(current, 'show transaction_read_only')
    // After a failover it is elsewhere that signals are sent.
    if (row?.['transaction_read_only'] === 'on')
      throw new Error('The server that is listened to takes no writes')
    beatLater(current)
  }

  async function ask(asked: DroppableClient, statement: string): Promise<Record<string, unknown>[]> {
    const silence = () => asked.drop(new Silence(`Nothing was heard for ${answerMs} ms`))
    const limit = setTimeout(silence, answerMs)
    try {
      return (await asked.query<Record<string, unknown>>(statement)).rows
    } finally {
      clearTimeout(limit)
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
