/** NOTIFY: hints between processes. Every one may be lost; whoever waits for one also looks now and then. */
import { sql } from 'kysely'
import type { Db, Trx } from './database.ts'

/**
 * `acceptd_work`: a job may be due. `acceptd_cancel`: the job whose id is the payload is to stop. `acceptd_change`: the jobs
 * whose ids are the payload, with spaces between, may read otherwise now.
 */
export const CHANNELS = ['acceptd_work', 'acceptd_cancel', 'acceptd_change'] as const
export type Channel = (typeof CHANNELS)[number]

/** Sent when the transaction commits. */
export async function notify(db: Trx, channel: Channel, payload = ''): Promise<void> {
  await sql`select pg_notify(${channel}, ${payload})`.execute(db)
}

/** On its own, and without waiting for the disk: a hint that a crash loses is a hint that nobody needs any more. */
async function hint(db: Db, channel: Channel, payload = ''): Promise<void> {
  await sql`select set_config('synchronous_commit', 'off', true), pg_notify(${channel}, ${payload})`.execute(
    db,
  )
}

// A commit with a NOTIFY takes a lock that is global to the database, so a burst shares one.
const COALESCE_MS = 5
// A payload must be shorter than 8,000 bytes; an id with its space has 37.
const IDS_IN_ONE = 200

export interface Signals {
  /** Says that a job may be due. */
  work(): void
  /** Says that the job may read otherwise now. To be called after the commit. */
  changed(id: string): void
  /** Resolves when what was said has been sent. */
  flush(): Promise<void>
}

export interface SignalsOptions {
  readonly onError: (error: unknown) => void
  /** Those in this same process who wait for the job need not hear it from the database. */
  readonly onChanged?: (id: string) => void
}

/** Sends soon and cheaply: at once when quiet, once per few milliseconds in a burst. */
export function signals(db: Db, { onError, onChanged }: SignalsOptions): Signals {
  const ids = new Set<string>()
  let work = false
  let quietUntil = 0
  let timer: NodeJS.Timeout | undefined
  let sending = Promise.resolve()

  function send(): void {
    clearTimeout(timer)
    timer = undefined
    quietUntil = performance.now() + COALESCE_MS
    const payloads = [...batches([...ids])].map((batch) => batch.join(' '))
    const sent = [
      ...(work ? [hint(db, 'acceptd_work')] : []),
      ...payloads.map((payload) => hint(db, 'acceptd_change', payload)),
    ]
    ids.clear()
    work = false
    sending = Promise.all([sending, ...sent.map((each) => each.catch(onError))]).then(() => undefined)
  }

  function soon(): void {
    if (timer) return
    const wait = quietUntil - performance.now()
    // Not before the caller's own turn has ended: it may have more to say.
    timer = setTimeout(send, Math.max(0, wait))
  }

  return {
    work() {
      work = true
      soon()
    },
    changed(id) {
      onChanged?.(id)
      ids.add(id)
      soon()
    },
    flush() {
      if (timer) send()
      return sending
    },
  }
}

function* batches(ids: readonly string[]): Generator<readonly string[]> {
  for (let at = 0; at < ids.length; at += IDS_IN_ONE) yield ids.slice(at, at + IDS_IN_ONE)
}
