/** Jobs as the rows of a table. */
import type { Job } from '../../client/client.ts'
import { STATUS_STYLES } from '../output.ts'
import { printable } from '../printable.ts'
import { span } from '../spans.ts'
import { table, type Cell } from '../table.ts'
import { changeLine, whatIsSaid } from './change-lines.ts'

const HEADING: readonly Cell[] = ['ID', 'TASK', 'STATUS', 'DONE', 'AGE', ''].map((text) => ({
  text,
  style: 'bold',
}))

export function jobRows(jobs: readonly Job[]): string[] {
  return table([HEADING, ...jobs.map((job) => rowOf(job))])
}

// Most names of tasks are shorter; the columns before it stay where they are in any case.
const TASK_WIDTH = 16

/** One that has changed, in a list that goes on and on: `09:00:01  <id>  word-count        completed  100 %` */
export function jobLine(job: Job): string {
  return changeLine(job, process.stdout, printable(job.id), printable(job.task).padEnd(TASK_WIDTH))
}

function rowOf(job: Job): Cell[] {
  const percent = job.progress === undefined ? '' : `${job.progress} %`
  const age = span(Date.now() - Date.parse(job.createdAt))
  return [
    job.id,
    job.task,
    { text: job.status, style: STATUS_STYLES[job.status] },
    percent,
    age,
    whatIsSaid(job),
  ]
}
