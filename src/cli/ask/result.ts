/** `acceptd result`: the result of a job, as soon as there is one. */
import type { Command } from 'commander'
import { ANSWER_SECONDS, type Api } from './api.ts'
import { asking, askingCommand } from './asking.ts'
import { tellEnd } from './ended.ts'
import { JobGoesOn, NotYet } from './goes-on.ts'
import { withJobArgument } from './job-argument.ts'
import { outputResult } from './result-output.ts'
import { WAIT_OPTION, waitForEnd, type Wait } from './wait.ts'

interface Options {
  readonly wait?: Wait
  readonly output?: string
}

const EXAMPLES = `  The result, or why there is none:
    acceptd result 0190163d-8694-739b-aea5-966c26f8ad91
  As soon as there is one, in a file:
    acceptd result 0190163d-8694-739b-aea5-966c26f8ad91 --wait --output report.csv
`

export function resultCommand(): Command {
  const command = askingCommand('result', {
    description: 'print the result of a job',
    examples: EXAMPLES,
    endings: ['fine', 'failed', 'usage', 'canceled', 'unreachable', 'ranOut', 'interrupted'],
  })
  return withJobArgument(command)
    .option(...WAIT_OPTION)
    .option('--output <file>', 'write it there; - for standard output, also if it is a terminal')
    .action(asking(result))
}

async function result(api: Api, reference: string, { wait, output }: Options): Promise<number> {
  const id = api.idIn(reference)
  const job =
    wait === undefined
      ? await api.client.get(id, { timeoutSeconds: ANSWER_SECONDS })
      : await waitForEnd(api, id, wait)
  if (!job.done) throw new JobGoesOn(id, job, new NotYet())
  if (job.status === 'completed') await outputResult(api, job, output)
  return tellEnd(api, job)
}
