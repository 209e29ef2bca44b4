/** `acceptd tail`: a line for each change of a job, until it is done. */
import type { Command } from 'commander'
import type { Api } from './api.ts'
import { asking, askingCommand } from './asking.ts'
import { changeLines, jsonLines } from './change-lines.ts'
import { tellEnd } from './ended.ts'
import { withJobArgument } from './job-argument.ts'
import { WAIT_OPTION, waitForEnd, type Wait } from './wait.ts'

interface Options {
  readonly wait?: Wait
  readonly json?: true
}

const EXAMPLES = `  Watch a job until it is done:
    acceptd tail 0190163d-8694-739b-aea5-966c26f8ad91
  The same for a program, a line of JSON for each change:
    acceptd tail 0190163d-8694-739b-aea5-966c26f8ad91 --json
`

export function tailCommand(): Command {
  const command = askingCommand('tail', {
    description: 'say each change of a job, until it is done',
    examples: EXAMPLES,
    endings: ['fine', 'failed', 'usage', 'canceled', 'unreachable', 'ranOut', 'interrupted'],
  })
  return withJobArgument(command)
    .option(...WAIT_OPTION)
    .option('--json', 'a line of JSON for each change: the job as it then is')
    .action(asking(tail))
}

async function tail(api: Api, reference: string, { wait, json }: Options): Promise<number> {
  const show = json ? jsonLines() : changeLines(process.stdout)
  return tellEnd(api, await waitForEnd(api, api.idIn(reference), wait, show), !json)
}
