/** `acceptd retry`: has jobs run again that failed or were canceled, one or many. */
import type { Command } from 'commander'
import { EXIT } from '../exit-codes.ts'
import { print, printJson } from '../output.ts'
import { printable } from '../printable.ts'
import { ANSWER_SECONDS, type Api } from './api.ts'
import { asking, askingCommand } from './asking.ts'
import { tellEnd } from './ended.ts'
import { manyJobs } from './many-jobs.ts'
import { FILTERS_HELP, oneOrMany, withOneOrMany, type OneOrMany } from './one-or-many.ts'
import { UsageError } from './usage-error.ts'
import { orAsItIs, WAIT_OPTION, waitForEnd, type Wait } from './wait.ts'

interface Options extends OneOrMany {
  readonly wait?: Wait
  readonly json?: true
}

const EXAMPLES = `  Run a job again, and wait for what comes of it:
    acceptd retry 0190163d-8694-739b-aea5-966c26f8ad91 --wait
  How many jobs have failed because they took too long?
    acceptd retry --where status=failed,code=timed-out --dry-run
  Run them again:
    acceptd retry --where status=failed,code=timed-out
  Those that call one host, at an API that is elsewhere and asks for a key:
    ACCEPTD_API_KEY=<key> acceptd retry --where origin=https://example.org --url https://jobs.example

${FILTERS_HELP}`

export function retryCommand(): Command {
  const command = askingCommand('retry', {
    description: 'run a failed or canceled job again, or all that --where names',
    examples: EXAMPLES,
    endings: ['fine', 'failed', 'usage', 'canceled', 'unreachable', 'ranOut', 'interrupted'],
  })
  return withOneOrMany(command)
    .option(...WAIT_OPTION)
    .option('--json', 'print the job')
    .action(asking(retry))
}

async function retry(api: Api, reference: string | undefined, options: Options): Promise<number> {
  const { wait, json } = options
  const about = oneOrMany(reference, options)
  if ('where' in about) {
    if (wait !== undefined || json) throw new UsageError('--wait and --json are for one job, not for --where')
    return manyJobs(api, { verb: 'retry', ...about })
  }
  const id = api.idIn(about.id)
  const again = await api.client.retry(id, { timeoutSeconds: ANSWER_SECONDS })
  if (!json) print(`Job ${printable(id)} runs again.`)
  const job =
    wait === undefined ? again : await orAsItIs(waitForEnd(api, id, wait), (now) => json && printJson(now))
  if (json) printJson(job)
  return wait === undefined ? EXIT.fine : tellEnd(api, job)
}
