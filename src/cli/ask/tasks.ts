/** `acceptd tasks`: the kinds of work there are; of one, what it takes, and a command that has it done. */
import type { Command } from 'commander'
import type { TaskDocument } from '../../client/client.ts'
import { didYouMean } from '../../job/suggest.ts'
import { EXIT } from '../exit-codes.ts'
import { note, print, printJson, printJsonLine } from '../output.ts'
import { printable, printableJson } from '../printable.ts'
import { span } from '../spans.ts'
import { table, type Cell } from '../table.ts'
import { ANSWER_SECONDS, type Api } from './api.ts'
import { asking, askingCommand } from './asking.ts'
import { quoted } from './quoted.ts'
import { UsageError } from './usage-error.ts'

interface Options {
  readonly json?: true
}

const EXAMPLES = `  What can be done there?
    acceptd tasks
  What does one of them take? Ends with a command that works:
    acceptd tasks word-count
`

export function tasksCommand(): Command {
  return askingCommand('tasks', {
    description: 'list the tasks, or say what one of them takes and gives',
    examples: EXAMPLES,
    endings: ['fine', 'usage', 'unreachable'],
  })
    .argument('[task]', 'one of them')
    .option('--json', 'as the API says it: a line of JSON for each, or the one')
    .action(asking(tasks))
}

async function tasks(api: Api, name: string | undefined, { json }: Options): Promise<number> {
  const all = await api.client.tasks({ timeoutSeconds: ANSWER_SECONDS })
  if (name === undefined) {
    if (json) for (const task of all) printJsonLine(task)
    else if (all.length === 0) note('There are no tasks.')
    else for (const line of table([HEADING, ...all.map(rowOf)])) print(line)
    return EXIT.fine
  }
  const task = all.find((one) => one.name === name)
  if (!task) throw new UsageError(unknown(name, all))
  if (json) printJson(task)
  else print(described(api, task))
  return EXIT.fine
}

function unknown(name: string, all: readonly TaskDocument[]): string {
  const names = all.map((task) => printable(task.name))
  return `There is no task "${printable(name)}".${didYouMean(name, names) || ` There are: ${names.join(', ')}`}`
}

const HEADING: readonly Cell[] = ['TASK', 'TAKES', 'WHAT IT DOES'].map((text) => ({ text, style: 'bold' }))

function rowOf(task: TaskDocument): Cell[] {
  const { name, summary, deprecated, typicalDurationSeconds } = task
  return [
    name,
    isMoment(task) ? '<0.1 s' : `~${span(typicalDurationSeconds * 1000)}`,
    deprecated === true ? `${summary} (deprecated)` : summary,
  ]
}

function described(api: Api, task: TaskDocument): string {
  const { name, summary, description, deprecated, example, requiresIdempotencyKey } = task
  const key = requiresIdempotencyKey ? ['--key', 'a-key-of-your-own'] : []
  const input = example === undefined ? [] : [quoted(printableJson(JSON.stringify(example)))]
  const about = [
    `${printable(name)}: ${printable(summary)}`,
    description === undefined ? '' : printable(description),
    deprecated === true ? 'It is deprecated: it goes on working, but should not be used any more.' : '',
    `${attemptsOf(task)} ${span(task.timeoutSeconds * 1000)} at most; it typically takes ${isMoment(task) ? 'less than 0.1 s' : span(task.typicalDurationSeconds * 1000)}.`,
    `\nTakes ${pretty(task.input)}`,
    `\nGives ${pretty(task.output)}`,
    `\nExample:\n  ${api.command('run', quoted(printable(name)), ...input, ...key)}`,
  ]
  return about.filter(Boolean).join('\n')
}

/** Too short for a span, which would be 0.0 s. */
function isMoment({ typicalDurationSeconds }: TaskDocument): boolean {
  return typicalDurationSeconds < 0.1
}

function attemptsOf({ maxAttempts }: TaskDocument): string {
  return maxAttempts === 1 ? 'One attempt, of' : `Up to ${maxAttempts} attempts, each of`
}

function pretty(schema: unknown): string {
  return printableJson(JSON.stringify(schema, null, 2))
}
