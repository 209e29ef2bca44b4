/** Jobs as the rows of a table. */
import type { Job } from '../../client/client.ts'
import { STATUS_STYLES } from '../output.ts'
import { span } from '../spans.ts'
import { table, type Cell } from '../table.ts'
import { whatIsSaid } from './change-lines.ts'

const HEADING: readonly Cell[] = ['ID', 'TASK', 'STATUS', 'DONE', 'AGE', ''].map((text) => ({
  text,
  style: 'bold',
}))

/** @param withHeading unless they are further rows of a table that has one */
export function jobRows(jobs: readonly Job[], withHeading = true): string[] {
  return table([...(withHeading ? [HEADING] : []), ...jobs.map((job) => rowOf(job))])
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
