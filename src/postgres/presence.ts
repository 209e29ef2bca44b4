/** The connection by which a joined process says that it uses the server, for as long as it lives. */
import type { Client } from 'pg'

/** Ends the presence, for good. Answers which server process served it; undefined when it was lost already. */
export type EndPresence = () => Promise<number | undefined>

const RETRY_MILLISECONDS = 1_000

/**
 * Postgres closes every connection when one of its processes crashes, and goes on; so a lost presence is taken up
 * again, or the first of the others to leave would find nobody there and stop the server under us.
 */
export function holdPresence(first: Client, reconnect: () => Promise<Client>): EndPresence {
  let current: Client | undefined
  let timer: NodeJS.Timeout | undefined
  let attempt: Promise<void> = Promise.resolve()
  let over = false

  function hold(client: Client): void {
    current = client
    client.once('end', () => {
      current = undefined
      retryLater()
    })
  }

  function retryLater(): void {
    if (over) return
    timer = setTimeout(() => {
      attempt = reconnect().then(hold, retryLater)
    }, RETRY_MILLISECONDS)
    timer.unref() // a server that is gone must not keep this process alive
  }

  hold(first)
  return async () => {
    over = true
    clearTimeout(timer)
    await attempt
    const pid = current && (await backendOf(current))
    await current?.end()
    return pid
  }
}

async function backendOf(client: Client): Promise<number | undefined> {
  try {
    const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid')
    return rows[0]?.pid
  } catch {
    return undefined // the server is gone, and the process with it
  }
}
