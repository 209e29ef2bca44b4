/** `acceptd ls`: one's jobs, newest first; with `--watch` as they change. */
import { InvalidArgumentError, Option, type Command } from 'commander'
import type { CallOptions, Filters, Job } from '../../client/client.ts'
import { STATUSES } from '../../job/status.ts'
import { EXIT } from '../exit-codes.ts'
import { note, print, printJsonLine } from '../output.ts'
import { secondsIn, timeIn } from '../spans.ts'
import { ANSWER_SECONDS, type Api } from './api.ts'
import { asking, askingCommand } from './asking.ts'
import { jobRows } from './job-rows.ts'
import { watch } from './watch.ts'

interface Options extends Filters {
  readonly since?: string
  readonly before?: string
  readonly limit: number
  readonly json?: true
  readonly watch?: number | true
}

const EXAMPLES = `  What has failed since yesterday, and why?
    acceptd ls --status failed --since 1d
  The jobs of one task, as they change:
    acceptd ls --task word-count --watch
  Cancel all that wait:
    acceptd ls --status pending --limit 1000 --json | jq -r .id | xargs -r -n 1 acceptd cancel
`

export function lsCommand(): Command {
  return askingCommand('ls', {
    description: 'list your jobs, newest first',
    examples: EXAMPLES,
    endings: ['fine', 'usage', 'unreachable', 'interrupted'],
  })
    .addOption(new Option('--status <status>', 'only those').choices(STATUSES))
    .option('--task <task>', 'only those of this task')
    .option('--tag <tag>', 'only those with this tag')
    .option('--code <code>', 'only those that failed with this code')
    .option('--origin <url>', 'only those that call this scheme, host and port: https://example.org')
    .option(
      '--since <time>',
      'only those submitted then or later: 2026-11-01T00:00:00Z, or 30m, 2h, 7d ago',
      before,
    )
    .option('--before <time>', 'only those submitted before that', before)
    .option('-n, --limit <count>', 'how many at most', countIn, 20)
    .option('--json', 'a line of JSON for each')
    .option(
      '--watch [seconds]',
      'look again each so many seconds (2); where nobody looks on, print what has changed',
      secondsIn,
    )
    .action(asking(list))
}

// Of each look.
const WATCH_SECONDS = 2

async function list(
  api: Api,
  { since, before: until, limit, json, watch: each, ...rest }: Options,
): Promise<number> {
  const { status, task, tag, code, origin } = rest
  const filters = { status, task, tag, code, origin, createdAfter: since, createdBefore: until }
  const look = async (call?: CallOptions) => (await firstOf(api, filters, limit, call)).jobs
  if (each !== undefined) return watch(api, look, each === true ? WATCH_SECONDS : each, json === true)
  const { jobs, more } = await firstOf(api, filters, limit)
  if (json) for (const job of jobs) printJsonLine(job)
  else if (jobs.length === 0) note('There are no such jobs.')
  else for (const line of jobRows(jobs)) print(line)
  if (more && !json) note(`… and more: -n ${Math.max(limit * 5, 100)}`)
  return EXIT.fine
}

async function firstOf(
  api: Api,
  filters: Filters,
  limit: number,
  call: CallOptions = { timeoutSeconds: ANSWER_SECONDS * Math.ceil((limit + 1) / 100) },
): Promise<{ readonly jobs: readonly Job[]; readonly more: boolean }> {
  const jobs: Job[] = []
  for await (const job of api.client.list(filters, call)) {
    if (jobs.length === limit) return { jobs, more: true }
    jobs.push(job)
  }
  return { jobs, more: false }
}

function before(text: string): string {
  return timeIn(text, 'before')
}

function countIn(text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new InvalidArgumentError('Write a whole number, from 1 on.')
  return Number(text)
}
