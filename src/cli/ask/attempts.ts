/** `acceptd attempts`: what was tried, and why there was another attempt or none. */
import type { Command } from 'commander'
import type { Attempt } from '../../client/client.ts'
import { EXIT } from '../exit-codes.ts'
import { note, print, printJsonLine, type Style } from '../output.ts'
import { span } from '../spans.ts'
import { table, type Cell } from '../table.ts'
import { ANSWER_SECONDS, type Api } from './api.ts'
import { asking, askingCommand } from './asking.ts'
import { withJobArgument } from './job-argument.ts'

interface Options {
  readonly json?: true
}

const EXAMPLES = `  Why has it failed, and how often?
    acceptd attempts 0190163d-8694-739b-aea5-966c26f8ad91
  With all that went to and fro, for tasks that call others:
    acceptd attempts 0190163d-8694-739b-aea5-966c26f8ad91 --json
`

export function attemptsCommand(): Command {
  const command = askingCommand('attempts', {
    description: 'list the attempts at a job',
    examples: EXAMPLES,
    endings: ['fine', 'failed', 'usage', 'unreachable'],
  })
  return withJobArgument(command).option('--json', 'a line of JSON for each').action(asking(attempts))
}

async function attempts(api: Api, reference: string, { json }: Options): Promise<number> {
  const all = await api.client.attempts(api.idIn(reference), { timeoutSeconds: ANSWER_SECONDS })
  if (json) for (const attempt of all) printJsonLine(attempt)
  else if (all.length === 0) note('There was no attempt as yet.')
  else for (const line of table([HEADING, ...all.map(rowOf)])) print(line)
  return EXIT.fine
}

const HEADING: readonly Cell[] = ['ATTEMPT', 'OUTCOME', 'STARTED', 'TOOK', 'WORKER', 'WHY'].map((text) => ({
  text,
  style: 'bold',
}))

const STYLES: Readonly<Record<Attempt['outcome'], Style>> = {
  running: 'cyan',
  completed: 'green',
  failed: 'red',
  crashed: 'red',
  interrupted: 'yellow',
  canceled: 'magenta',
}

function rowOf({ attempt, outcome, startedAt, endedAt, worker, error, reason }: Attempt): Cell[] {
  const took = endedAt === undefined ? '' : span(Date.parse(endedAt) - Date.parse(startedAt))
  const why = [error && `${error.code}: ${error.detail}`, reason].filter(Boolean).join('; ')
  return [String(attempt), { text: outcome, style: STYLES[outcome] }, startedAt, took, worker ?? '', why]
}
