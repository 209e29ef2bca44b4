/** Waiting for a job, for as long as a client may: woken by its change, never by asking again and again. */
import type { Job } from '../job/job.ts'
import type { Watch } from '../store/watch.ts'

export interface Wait {
  readonly id: string
  /** Reads the job; throws where there is none. */
  readonly read: () => Promise<Job>
  /** What is waited for. */
  readonly isEnough: (job: Job) => boolean
  readonly seconds: number
  /** The client is gone, or the process must stop. */
  readonly signal: AbortSignal
}

/** Answers the job as soon as it is enough; as it is then, when the time is over. */
export async function waitFor(watch: Watch, { id, read, isEnough, seconds, signal }: Wait): Promise<Job> {
  const woken = Promise.withResolvers<void>()
  let enough: Job | undefined
  // First this, then the look: a change between them is heard.
  const following = watch.follow(id, (job) => {
    if (job && !isEnough(job)) return
    enough = job
    woken.resolve()
  })
  let timer: NodeJS.Timeout | undefined
  const wake = () => woken.resolve()
  try {
    const first = await read()
    following.knows(first.revision)
    if (isEnough(first) || signal.aborted) return first
    timer = setTimeout(wake, seconds * 1000)
    signal.addEventListener('abort', wake)
    await woken.promise
    // Not what was read at first: were the database away, "nothing has changed" would be a guess.
    return enough ?? (signal.aborted ? first : await read())
  } finally {
    following.stop()
    clearTimeout(timer)
    signal.removeEventListener('abort', wake)
  }
}
