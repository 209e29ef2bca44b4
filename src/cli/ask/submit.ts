/** `acceptd submit`: has a job accepted, and leaves it to itself. */
import type { Command } from 'commander'
import { EXIT } from '../exit-codes.ts'
import { print, printJson } from '../output.ts'
import { printable } from '../printable.ts'
import type { Api } from './api.ts'
import { asking, askingCommand } from './asking.ts'
import { tellEnd } from './ended.ts'
import { submit, withSubmitOptions, type SubmitOptions } from './submitting.ts'
import { orAsItIs, WAIT_OPTION, waitForEnd, type Wait } from './wait.ts'

interface Options extends SubmitOptions {
  readonly wait?: Wait
  readonly json?: true
}

export function submitCommand(): Command {
  const about = {
    description: 'submit a job, and print its id',
    examples: `  Submit a job, do something else, and have its result:
    job=$(acceptd submit word-count '{"text":"to be or not to be"}')
    acceptd result "$job" --wait
  At six in the evening, with a word to find it by:
    acceptd submit word-count '{"text":"a b"}' --run-at 2026-12-31T18:00:00Z --tag evening
`,
    endings: ['fine', 'failed', 'usage', 'canceled', 'unreachable', 'ranOut', 'interrupted'],
  } as const
  return withSubmitOptions(askingCommand('submit', about))
    .option(...WAIT_OPTION)
    .option('--json', 'print the job, in place of its id')
    .action(asking(submitOnly))
}

async function submitOnly(
  api: Api,
  task: string,
  input: string | undefined,
  options: Options,
): Promise<number> {
  const { wait, json } = options
  const { replayed: _, ...job } = await submit(api, task, input, options)
  if (!json) print(printable(job.id))
  if (wait === undefined) {
    if (json) printJson(job)
    return EXIT.fine
  }
  const end = waitForEnd(api, job.id, wait)
  const ended = await (json ? orAsItIs(end, printJson) : end)
  if (json) printJson(ended)
  return tellEnd(api, ended)
}
