/** The connection by which a joined process says that it uses the server, for as long as it lives. */
import type { Client } from 'pg'

export interface Presence {
  /** From now on a presence that is lost stays so; resolves when it is not just being taken up again. */
  cease(): Promise<void>
  /** Ends it, for good. Answers which server process served it; undefined when it was lost already. */
  end(): Promise<number | undefined>
}

export interface PresenceOptions {
  /** Takes it up again, where need be by starting the server; undefined: there is nothing to come back to. */
  readonly regain: () => Promise<Client | undefined>
  readonly onError: (error: unknown) => void
}

// For what was lost after having lasted. One that is lost soon again, or cannot be had, is tried for less and less often.
const SOON_MS = 100
const FIRST_PAUSE_MS = 1000
const LONGEST_PAUSE_MS = 30_000

/**
 * Postgres closes every connection when one of its processes crashes, and goes on; so a lost presence is taken up
 * again, or the first of the others to leave would find nobody there and stop the server under us. And where it is the
 * server that is lost, this is who notices.
 */
export function holdPresence(first: Client, { regain, onError }: PresenceOptions): Presence {
  let current: Client | undefined
  let heldSince = 0
  let timer: NodeJS.Timeout | undefined
  let attempt: Promise<void> = Promise.resolve()
  let failures = 0
  let over = false

  function hold(client: Client): void {
    current = client
    heldSince = performance.now()
    client.once('end', () => {
      current = undefined
      if (performance.now() - heldSince > LONGEST_PAUSE_MS) failures = 0
      tryLater()
    })
  }

  function tryLater(): void {
    if (over) return
    timer = setTimeout(() => void (attempt = tryNow()), pauseAfter(failures))
    timer.unref() // a server that is gone must not keep this process alive
  }

  async function tryNow(): Promise<void> {
    failures++
    try {
      const client = await regain()
      if (client) hold(client)
    } catch (error) {
      onError(error)
      tryLater()
    }
  }

  async function cease(): Promise<void> {
    over = true
    clearTimeout(timer)
    await attempt
  }

  hold(first)
  return {
    cease,
    async end() {
      await cease()
      const pid = current && (await backendOf(current))
      await current?.end()
      return pid
    },
  }
}

function pauseAfter(failures: number): number {
  return failures === 0 ? SOON_MS : Math.min(FIRST_PAUSE_MS * 2 ** (failures - 1), LONGEST_PAUSE_MS)
}

async function backendOf(client: Client): Promise<number | undefined> {
  try {
    const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid')
    return rows[0]?.pid
  } catch {
    return undefined // the server is gone, and the process with it
  }
}
