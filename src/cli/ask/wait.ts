/** Waits for the end of a job, and shows its way there. */
import { InvalidArgumentError } from 'commander'
import { CallError, DeadlineError, ProblemError, type Job } from '../../client/client.ts'
import { EXIT, exitCodeOfStatus } from '../exit-codes.ts'
import { secondsIn } from '../spans.ts'
import { RETRY_SECONDS_IN_WAIT, type Api } from './api.ts'
import { bar, canDraw } from './bar.ts'
import { JobGoesOn } from './goes-on.ts'
import { Interrupted } from './interrupt.ts'
import type { Show } from './show.ts'
import { UNTIL_THE_END } from './wait-words.ts'

/** What `--wait` says: true for as long as it takes. */
export type Wait = number | true

export const WAIT_OPTION = [
  '--wait [seconds]',
  'wait for the end of the job, for so many seconds at most',
  waitIn,
] as const

function waitIn(text: string): Wait {
  if (text === UNTIL_THE_END) return true
  if (text === '0')
    throw new InvalidArgumentError('To only ask how it is doing, leave --wait out; else write more than 0.')
  return secondsIn(text)
}

/**
 * The job, once it is done.
 * @param show unless given: a bar, where somebody looks on
 * @throws JobGoesOn; ProblemError where there is no such job
 */
export async function waitForEnd(api: Api, id: string, wait: Wait = true, show = barIfAny()): Promise<Job> {
  let seen: Job | undefined
  const onChange = (job: Job) => {
    seen = job
    show?.job(job)
  }
  api.way.onTrouble = (reason) => show?.trouble(reason)
  try {
    return await api.client.wait(id, {
      // Where nobody looks on, one request that is held is less than a stream.
      ...(show ? { onChange, events: true } : {}),
      timeoutSeconds: wait === true ? undefined : wait,
      retrySeconds: RETRY_SECONDS_IN_WAIT,
    })
  } catch (error) {
    const isRefused = error instanceof ProblemError && exitCodeOfStatus(error.status) !== EXIT.unreachable
    if (isRefused || !(error instanceof CallError || error instanceof Interrupted)) throw error
    const known = seen ?? (error as Partial<CallError>).job
    if (!(error instanceof DeadlineError)) throw new JobGoesOn(id, known, error)
    const last = (await now(api, id)) ?? known
    if (last?.done) return last
    throw new JobGoesOn(id, last, error)
  } finally {
    api.way.onTrouble = undefined
    show?.end()
  }
}

const LAST_LOOK_SECONDS = 2

async function now(api: Api, id: string): Promise<Job | undefined> {
  try {
    return await api.client.get(id, { timeoutSeconds: LAST_LOOK_SECONDS })
  } catch {
    return undefined
  }
}

/** Where the wait runs out, `print` is given the job as it is then; it ends as it would have otherwise. */
export async function orAsItIs(ended: Promise<Job>, print: (job: Job) => unknown): Promise<Job> {
  try {
    return await ended
  } catch (error) {
    if (error instanceof JobGoesOn && error.cause instanceof DeadlineError && error.job)
      await print(error.job)
    throw error
  }
}

export function barIfAny(): Show | undefined {
  return canDraw(process.stderr) ? bar(process.stderr) : undefined
}
