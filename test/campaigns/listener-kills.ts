/** Takes the LISTEN connections of a server away now and then, and knows when there was none. */
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'

/** From the kill until the listener was seen to listen again; ms since 1970. */
export interface Outage {
  readonly from: number
  readonly to: number
}

export interface Kills {
  /** Those that are over. */
  readonly outages: readonly Outage[]
  /** Waits for the last one to be over. */
  stop(): Promise<void>
}

const LISTENER = 'acceptd listener'
const LOOK_MS = 5
const LIMIT_MS = 30_000

/** @param everyMs between the end of an outage and the next, on average */
export async function killListeners(databaseUrl: string, everyMs: number): Promise<Kills> {
  const client = new pg.Client({ connectionString: databaseUrl, application_name: 'campaign' })
  await client.connect()
  const outages: Outage[] = []
  let stopped = false
  const stopping = new AbortController()
  const ended = killing()
  ended.catch(() => undefined) // told by stop
  return {
    outages,
    async stop() {
      stopped = true
      stopping.abort()
      await ended.finally(() => client.end())
    },
  }

  async function killing(): Promise<void> {
    while (!stopped) {
      await sleep(everyMs * (0.5 + Math.random()), undefined, { signal: stopping.signal }).catch(
        () => undefined,
      )
      if (stopped) return
      // Before it is sent: what ends from here on may go unheard.
      const from = Date.now()
      const killed = await ask(
        'select pid, pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name = $1',
        [LISTENER],
      )
      await untilListening(killed)
      if (killed.length > 0) outages.push({ from, to: Date.now() })
    }
  }

  async function untilListening(killed: readonly number[]): Promise<void> {
    for (const end = Date.now() + LIMIT_MS; ; await sleep(LOOK_MS)) {
      // Idle with LISTEN as its last statement: it has been carried out.
      const listening = await ask(
        `select pid from pg_stat_activity
         where datname = current_database() and application_name = $1 and state = 'idle' and query ilike 'listen %'`,
        [LISTENER],
      )
      if (listening.filter((pid) => !killed.includes(pid)).length >= killed.length) return
      if (Date.now() > end)
        throw new Error(`nobody listens ${LIMIT_MS / 1000} s after the listener was killed`)
    }
  }

  async function ask(sql: string, values: readonly string[]): Promise<number[]> {
    const { rows } = await client.query<{ pid: number }>(sql, [...values])
    return rows.map(({ pid }) => pid)
  }
}
