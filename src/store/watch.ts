/** Watching jobs: whoever waits for one is told when it changes. One look at the table for all of them, never one each. */
import { sql } from 'kysely'
import type { Job } from '../job/job.ts'
import type { Db } from './database.ts'
import { JOB_COLUMNS, jobFromRow } from './job-row.ts'

export interface Following {
  /** The revision that this follower has read by itself. */
  knows(revision: number): void
  stop(): void
}

export interface Watch {
  /**
   * Calls `onChange` with the job after each change, perhaps with several in one, and with undefined once it is gone. To be
   * called before the job is read, so that no change falls between; `knows` is then told what was read.
   */
  follow(id: string, onChange: (job: Job | undefined) => void): Following
  /** These jobs may have changed; what the listener heard. */
  changed(ids: readonly string[]): void
  /** Anything may have changed: signals were missed, or may be lost from now on. */
  look(): void
  /** How many jobs are watched. */
  readonly size: number
  close(): void
}

// The back-stop for a lost signal: a process that died between its commit and its NOTIFY.
const LOOK_MS = 1000
// A look that took long (many jobs watched, a busy database) is followed by a longer pause: a sixth of the time at most.
const PAUSE_PER_LOOK = 5
// Between two tries while the database is away.
const RETRY_MS = 200
// One statement's worth: a few hundred kilobytes at most, were each result as large as a document may show.
const CHUNK = 500

interface Watched {
  /** What everyone who follows has been told; 0 as long as nobody has read it. */
  revision: number
  readonly followers: Set<(job: Job | undefined) => void>
}

export function watchJobs(db: Db, onError: (error: unknown) => void): Watch {
  const watched = new Map<string, Watched>()
  const dirty = new Set<string>()
  let reading = false
  let looking = false
  let lookAgain = false
  let closed = false
  let timer: NodeJS.Timeout | undefined

  function follow(id: string, onChange: (job: Job | undefined) => void): Following {
    const entry = watched.get(id) ?? { revision: 0, followers: new Set() }
    watched.set(id, entry)
    entry.followers.add(onChange)
    if (!looking) timer ??= setTimeout(look, LOOK_MS)
    return {
      knows(revision) {
        if (entry.revision === 0) entry.revision = revision
        // The others were told something newer before this one began to follow.
        else if (revision < entry.revision) mark([id])
      },
      stop() {
        entry.followers.delete(onChange)
        if (entry.followers.size === 0 && watched.get(id) === entry) watched.delete(id)
      },
    }
  }

  function mark(ids: readonly string[]): void {
    for (const id of ids) if (watched.has(id)) dirty.add(id)
    if (dirty.size > 0 && !reading && !closed) void read()
  }

  /** Reads those marked, all in one statement, and tells their followers. */
  async function read(): Promise<void> {
    reading = true
    while (dirty.size > 0 && !closed) {
      const ids = [...dirty].slice(0, CHUNK)
      for (const id of ids) dirty.delete(id)
      try {
        const rows = await db.selectFrom('jobs').select(JOB_COLUMNS).where('id', '=', anyOf(ids)).execute()
        const found = new Map(rows.map((row) => [row.id, jobFromRow(row)]))
        for (const id of ids) tell(id, found.get(id))
      } catch (error) {
        onError(error)
        for (const id of ids) if (watched.has(id)) dirty.add(id)
        await new Promise((resolve) => {
          setTimeout(resolve, RETRY_MS)
        })
      }
    }
    reading = false
  }

  function tell(id: string, job: Job | undefined): void {
    const entry = watched.get(id)
    if (!entry) return
    if (job) entry.revision = job.revision
    for (const follower of entry.followers) follower(job)
  }

  /** Which of all that are watched have another revision than their followers know? */
  function look(): void {
    clearTimeout(timer)
    timer = undefined
    if (closed || watched.size === 0) return
    // The look under way may have been past the job that changed.
    lookAgain = looking
    if (looking) return
    looking = true
    const began = performance.now()
    void findChanged()
      .then(mark, onError)
      .finally(() => {
        looking = false
        const took = performance.now() - began
        clearTimeout(timer)
        if (lookAgain) look()
        else if (watched.size > 0 && !closed)
          timer = setTimeout(look, Math.max(LOOK_MS, took * PAUSE_PER_LOOK))
      })
  }

  async function findChanged(): Promise<string[]> {
    const ids = [...watched].filter(([, { revision }]) => revision > 0).map(([id]) => id)
    const rows = await db.selectFrom('jobs').select(['id', 'revision']).where('id', '=', anyOf(ids)).execute()
    const revisions = new Map(rows.map((row) => [row.id, row.revision]))
    return ids.filter((id) => revisions.get(id) !== watched.get(id)?.revision)
  }

  return {
    follow,
    changed: mark,
    look,
    get size() {
      return watched.size
    },
    close() {
      closed = true
      clearTimeout(timer)
    },
  }
}

/** An array is one parameter, whatever its length; `in` would be a statement to plan for each length. */
function anyOf(ids: readonly string[]) {
  return sql<string>`any(${ids}::uuid[])`
}
