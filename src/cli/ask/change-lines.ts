/** Each change of a job as a line: for a person to read, or as JSON for a program. */
import type { Job } from '../../client/client.ts'
import { printJsonLine, statusShown, type Out } from '../output.ts'
import { printable } from '../printable.ts'
import { relative } from '../spans.ts'
import type { Show } from './show.ts'

// "completed" is the longest.
const STATUS_WIDTH = 9

/** `09:00:01  running     40 %  step 2 of 5` */
export function changeLines(out: Out): Show {
  let troubled = false
  return {
    job(job) {
      out.write(`${changeLine(job, out)}\n`)
    },
    trouble(reason) {
      if (reason !== undefined && !troubled) out.write(`${printable(`no answer: ${reason}; trying again`)}\n`)
      troubled = reason !== undefined
    },
    end: () => undefined,
  }
}

/** @param whose columns that say which job it is, where there are more than one */
export function changeLine(job: Job, out: Out, ...whose: readonly string[]): string {
  const clock = new Date(job.updatedAt).toLocaleTimeString('en-GB')
  const padding = ' '.repeat(Math.max(0, STATUS_WIDTH - job.status.length))
  const percent = job.progress === undefined ? '' : `${job.progress} %`
  const parts = [
    clock,
    ...whose,
    statusShown(job.status, out) + padding,
    percent.padStart(5),
    whatIsSaid(job),
  ]
  return parts.join('  ').trimEnd()
}

/** What there is to say of a job beside its status and its progress; on one line. */
export function whatIsSaid(job: Job): string {
  const { error, nextAttemptAt, cancelRequestedAt, progressNote, attempt } = job
  if (error) return printable(`${error.code}: ${error.detail}`)
  if (cancelRequestedAt !== undefined && !job.done) return 'is being told to stop'
  if (nextAttemptAt !== undefined)
    return `attempt ${attempt} failed; attempt ${attempt + 1} of ${job.maxAttempts} is due ${relative(nextAttemptAt)}`
  if (isScheduled(job)) return `is due ${relative(job.runAt)}`
  const again = attempt > 1 && !job.done ? `attempt ${attempt} of ${job.maxAttempts}` : ''
  return [again, printable(progressNote ?? '')].filter(Boolean).join('; ')
}

function isScheduled({ status, attempt, runAt, createdAt }: Job): boolean {
  return status === 'pending' && attempt === 0 && Date.parse(runAt) > Date.parse(createdAt)
}

export function jsonLines(): Show {
  return { job: printJsonLine, trouble: () => undefined, end: () => undefined }
}
