/** `acceptd run`: submits a job, waits for its end, and prints its result. */
import type { Command } from 'commander'
import { printJson } from '../output.ts'
import type { Api } from './api.ts'
import { asking, askingCommand } from './asking.ts'
import { changeLines, jsonLines } from './change-lines.ts'
import { tellEnd } from './ended.ts'
import { outputResult } from './result-output.ts'
import { submit, withSubmitOptions, type SubmitOptions } from './submitting.ts'
import { barIfAny, orAsItIs, WAIT_OPTION, waitForEnd, type Wait } from './wait.ts'

interface Options extends SubmitOptions {
  readonly wait?: Wait
  readonly follow?: true
  readonly json?: true
  readonly output?: string
}

const EXAMPLES = `  Count the words of a text:
    acceptd run word-count '{"text":"to be or not to be"}'
  The input from a file, or from another program, and the result in a file:
    acceptd run word-count @input.json --output result.json
    echo '{"text":"a b"}' | acceptd run word-count -
  Say in a log how far it is:
    acceptd run word-count '{"text":"a b"}' --follow
  Give up waiting after ten minutes; the job goes on:
    acceptd run word-count '{"text":"a b"}' --wait 600
  Do it once, however often this is called:
    acceptd run word-count '{"text":"a b"}' --key report-2026-11
`

export function runCommand(): Command {
  const about = {
    description: 'submit a job, wait for its end, and print its result',
    examples: EXAMPLES,
    endings: ['fine', 'failed', 'usage', 'canceled', 'unreachable', 'ranOut', 'interrupted'],
  } as const
  return withSubmitOptions(askingCommand('run', about))
    .option(WAIT_OPTION[0], 'wait for so many seconds at most; until the end unless given', WAIT_OPTION[2])
    .option('--follow', 'a line for each change, on standard error; with --json on standard output')
    .option('--json', 'print the job at its end, in place of its result')
    .option('--output <file>', 'write the result there; - for standard output, also if it is a terminal')
    .action(asking(run))
}

async function run(api: Api, task: string, input: string | undefined, options: Options): Promise<number> {
  const { wait, follow, json, output } = options
  const submitted = await submit(api, task, input, options)
  const lines = () => (json ? jsonLines() : changeLines(process.stderr))
  const end = waitForEnd(api, submitted.id, wait, follow ? lines() : barIfAny())
  const job = await (json && !follow ? orAsItIs(end, printJson) : end)
  if (json && !follow) printJson(job)
  if (job.status === 'completed' && (!json || output !== undefined)) await outputResult(api, job, output)
  return tellEnd(api, job, follow && !json)
}
