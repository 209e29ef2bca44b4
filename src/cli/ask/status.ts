/** `acceptd status`: how a job is doing, in a few lines. */
import type { Command } from 'commander'
import { EXIT, exitCodeOf } from '../exit-codes.ts'
import { print, printJson, STATUS_STYLES } from '../output.ts'
import { printable } from '../printable.ts'
import type { Job } from '../../client/client.ts'
import { relative } from '../spans.ts'
import { table, type Cell } from '../table.ts'
import { ANSWER_SECONDS, type Api } from './api.ts'
import { asking, askingCommand } from './asking.ts'
import { strokes } from './bar.ts'
import { withJobArgument } from './job-argument.ts'
import { lastTrouble } from './tried-again.ts'
import { orAsItIs, WAIT_OPTION, waitForEnd, type Wait } from './wait.ts'

interface Options {
  readonly wait?: Wait
  readonly json?: true
}

const EXAMPLES = `  How is it doing?
    acceptd status 0190163d-8694-739b-aea5-966c26f8ad91
  Wait for its end, for a minute at most, and do one thing or the other:
    acceptd status 0190163d-8694-739b-aea5-966c26f8ad91 --wait 60 && echo fine || echo 'not so fine'
`

export function statusCommand(): Command {
  const command = askingCommand('status', {
    description: 'say how a job is doing',
    examples: EXAMPLES,
    endings: ['fine', 'failed', 'usage', 'canceled', 'unreachable', 'ranOut', 'interrupted'],
  })
  return withJobArgument(command)
    .option(...WAIT_OPTION)
    .option('--json', 'print the job as the API says it')
    .action(asking(status))
}

async function status(api: Api, reference: string, { wait, json }: Options): Promise<number> {
  const id = api.idIn(reference)
  const show = async (job: Job) => {
    if (json) printJson(job)
    else for (const line of linesOf(api, job, await lastTrouble(api, job))) print(line)
  }
  const job =
    wait === undefined
      ? await api.client.get(id, { timeoutSeconds: ANSWER_SECONDS })
      : await orAsItIs(waitForEnd(api, id, wait), show)
  await show(job)
  return wait === undefined ? EXIT.fine : exitCodeOf(job)
}

function linesOf(api: Api, job: Job, trouble: string | undefined): string[] {
  const { error, links } = job
  const id = printable(job.id)
  const attempts = job.attempt === 0 ? '' : `, attempt ${job.attempt} of ${job.maxAttempts}`
  const stopping = job.cancelRequestedAt !== undefined && !job.done ? ', and is being told to stop' : ''
  const rows: Cell[][] = [
    ['job', id],
    ['task', job.task],
    ['status', { text: `${job.status}${attempts}${stopping}`, style: STATUS_STYLES[job.status] }],
  ]
  if (job.progress !== undefined && !job.done)
    rows.push(['progress', `${strokes(job.progress).join('')} ${job.progress} %  ${job.progressNote ?? ''}`])
  if (job.tags.length > 0) rows.push(['tags', job.tags.join(', ')])
  if (job.priority !== 0) rows.push(['priority', String(job.priority)])
  rows.push(...timesOf(job))
  if (job.callbackUrl !== undefined) rows.push(['tells', job.callbackUrl])
  if (trouble !== undefined) rows.push(['last error', trouble], ['attempts', api.command('attempts', id)])
  if (error) {
    rows.push(['error', `${error.code}: ${error.detail}`])
    if (URL.canParse(error.type, api.url)) rows.push(['see', new URL(error.type, api.url).href])
  }
  if (links.retry !== undefined)
    rows.push([error?.retryable === false ? 'once mended' : 'to retry', api.command('retry', id)])
  if (job.status === 'completed') rows.push(['result', api.command('result', id)])
  return table(rows)
}

function timesOf({
  createdAt,
  runAt,
  nextAttemptAt,
  startedAt,
  finishedAt,
  expiresAt,
  status: now,
}: Job): Cell[][] {
  const isLater = now === 'pending' && Date.parse(runAt) > Date.parse(createdAt)
  const times: readonly (readonly [string, string | undefined])[] = [
    ['submitted', createdAt],
    ['not before', isLater && nextAttemptAt === undefined ? runAt : undefined],
    ['started', startedAt],
    ['next attempt', nextAttemptAt],
    ['ended', finishedAt],
    ['kept until', expiresAt],
  ]
  return times.flatMap(([name, time]) => (time === undefined ? [] : [[name, `${time}  ${relative(time)}`]]))
}
