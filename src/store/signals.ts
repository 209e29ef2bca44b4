/** NOTIFY: hints between processes. Every one may be lost; whoever waits for one also looks now and then. */
import { sql } from 'kysely'
import type { Db, Trx } from './database.ts'

/**
 * `acceptd_work`: jobs may be due in the queues named. `acceptd_cancel`: the job whose id is the payload is to stop.
 * `acceptd_change`: the jobs named may read otherwise now. Names come after that of the process that sends, with spaces
 * between.
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
const COALESCE_MS = 10
// A payload must be shorter than 8,000 bytes; an id with its space has 37, the longest name of a queue 130.
const IDS_IN_ONE = 200
const QUEUES_IN_ONE = 50

export interface Signals {
  /** Says that a job may be due in this queue. To be called after the commit. */
  work(queue: string): void
  /** The same for those in this process; the others are told by `payloadFor`, sent on `acceptd_work` in a transaction. */
  workHere(queue: string): void
  payloadFor(queue: string): string
  /** Says that the job may read otherwise now. To be called after the commit. */
  changed(id: string): void
  /** Resolves when what was said has been sent. */
  flush(): Promise<void>
}

export interface SignalsOptions {
  readonly onError: (error: unknown) => void
  /** A name for this process: what it says itself it need not hear from the database. */
  readonly origin: string
  /** Those in this same process that wait for the job. */
  readonly onChanged?: (id: string) => void
  /** The worker in this same process. */
  readonly onWork?: (queue: string) => void
}

/** For `acceptd_work`, where the transaction commits when somebody else likes: workers in this process hear it, too. */
export function payloadForAll(queue: string): string {
  return `somebody ${queue}`
}

/** The names in a payload; none where this process sent it. */
export function heard(payload: string, origin: string): readonly string[] {
  const [from, ...names] = payload.split(' ')
  return from === origin ? [] : names
}

/** Sends soon and cheaply: at once when quiet, once per few milliseconds in a burst, and never twice at the same time. */
export function signals(db: Db, { onError, origin, onChanged, onWork }: SignalsOptions): Signals {
  const ids = new Set<string>()
  const queues = new Set<string>()
  let quietUntil = 0
  let timer: NodeJS.Timeout | undefined
  let busy = false
  let sending = Promise.resolve()

  function send(): void {
    clearTimeout(timer)
    timer = undefined
    quietUntil = performance.now() + COALESCE_MS
    const say = (channel: Channel) => (names: readonly string[]) =>
      hint(db, channel, [origin, ...names].join(' '))
    const sent = [
      ...batches([...queues], QUEUES_IN_ONE).map(say('acceptd_work')),
      ...batches([...ids], IDS_IN_ONE).map(say('acceptd_change')),
    ]
    ids.clear()
    queues.clear()
    sending = finish(sent)
  }

  async function finish(sent: readonly Promise<void>[]): Promise<void> {
    busy = true
    await Promise.all(sent.map((each) => each.catch(onError)))
    busy = false
    if (ids.size + queues.size > 0) soon()
  }

  // What is said meanwhile goes with the next: on a slow line hints would take the connections from what matters.
  function soon(): void {
    if (timer || busy) return
    const wait = quietUntil - performance.now()
    // Not before the caller's own turn has ended: it may have more to say.
    timer = setTimeout(send, Math.max(0, wait))
  }

  return {
    work(queue) {
      onWork?.(queue)
      queues.add(queue)
      soon()
    },
    workHere: (queue) => onWork?.(queue),
    payloadFor: (queue) => `${origin} ${queue}`,
    changed(id) {
      onChanged?.(id)
      ids.add(id)
      soon()
    },
    async flush() {
      await sending
      if (timer) send()
      await sending
    },
  }
}

function batches(names: readonly string[], size: number): (readonly string[])[] {
  const count = Math.ceil(names.length / size)
  return Array.from({ length: count }, (_, at) => names.slice(at * size, (at + 1) * size))
}
