/** Looks at the list again and again: the same place on a terminal, and elsewhere what is new. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { CallOptions, Job } from '../../client/client.ts'
import { print, printJsonLine } from '../output.ts'
import { RETRY_SECONDS_IN_WAIT, type Api } from './api.ts'
import { canDraw } from './bar.ts'
import { jobLine, jobRows } from './job-rows.ts'

/** Until somebody ends it. @throws the signal's reason; what the client throws where nobody answers for long */
export async function watch(
  api: Api,
  look: (call: CallOptions) => Promise<readonly Job[]>,
  eachSeconds: number,
  json: boolean,
): Promise<never> {
  const show = !json && canDraw(process.stdout) ? inPlace() : whatIsNew(json)
  for (;;) {
    show(await look({ retrySeconds: RETRY_SECONDS_IN_WAIT }))
    await sleep(eachSeconds * 1000, undefined, { signal: api.signal }).catch(() =>
      api.signal.throwIfAborted(),
    )
  }
}

/** From the first line of the table before, down to the end of the screen. */
const BACK = (lines: number) => (lines === 0 ? '' : `\u001b[${lines}A\r\u001b[J`)

function inPlace(): (jobs: readonly Job[]) => void {
  let drawn = 0
  return (jobs) => {
    // What has left the screen cannot be drawn over.
    const rows = jobRows(jobs).slice(0, (process.stdout.rows || 24) - 1)
    process.stdout.write(`${BACK(drawn)}${rows.join('\n')}\n`)
    drawn = rows.length
  }
}

function whatIsNew(json: boolean): (jobs: readonly Job[]) => void {
  let known = new Map<string, string>()
  return (jobs) => {
    const now = new Map(jobs.map((job) => [job.id, JSON.stringify(job)]))
    // The newest comes last, as in a log.
    const changed = jobs.filter(({ id }) => known.get(id) !== now.get(id)).toReversed()
    if (json) for (const job of changed) printJsonLine(job)
    else for (const job of changed) print(jobLine(job))
    known = now
  }
}
