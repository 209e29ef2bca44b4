/** `acceptd __complete`, which shells call while somebody writes a command: a line for each word that may come next. */
import { Command } from 'commander'
import type { Job } from '../../client/client.ts'
import { apiFor, type AskOptions } from '../ask/api.ts'
import { print } from '../output.ts'
import { printable } from '../printable.ts'
import { found, type Asked, type Candidate } from './candidates.ts'
import { wordsOf } from './words-of.ts'

// Somebody sits there with a finger on the key. Where nobody listens at all it is over at once.
const SECONDS = 3
const MOST_JOBS = 50

export function completeCommand(program: Command): Command {
  return new Command('__complete')
    .option(
      '--line <line>',
      'what stands before the cursor, where the shell has taken it apart in a way of its own',
    )
    .argument('[words...]', 'what is written so far, after acceptd; the last word is the one being written')
    .action(async (words: string[], { line }: { readonly line?: string }) => {
      for (const [word, meaning] of await candidatesFor(
        program,
        line === undefined ? words : wordsOf(line).slice(1),
      ))
        print(printable(word) + (meaning === '' ? '' : `\t${printable(meaning)}`))
    })
}

async function candidatesFor(program: Command, words: readonly string[]): Promise<readonly Candidate[]> {
  const current = words.at(-1) ?? ''
  const { candidates, asked, command } = found(program, words)
  const all = asked ? [...candidates, ...(await fromApi(asked, command, words))] : candidates
  return all.filter(([word]) => word.startsWith(current))
}

/** Nothing where nobody answers: an error in the middle of a line that is being written would help nobody. */
async function fromApi(
  asked: Asked,
  command: string,
  words: readonly string[],
): Promise<readonly Candidate[]> {
  try {
    const { client } = apiFor(optionsIn(words), 0)
    const limit = { timeoutSeconds: SECONDS }
    if (asked === 'task') return (await client.tasks(limit)).map(({ name, summary }) => [name, summary])
    const jobs: Candidate[] = []
    let seen = 0
    for await (const job of client.list({}, limit)) {
      if (makesSense(command, job)) jobs.push([job.id, `${job.task}, ${job.status}`])
      if (++seen === MOST_JOBS) break
    }
    return jobs
  } catch {
    return []
  }
}

/** Of the jobs there are, those with which the command can do something. */
function makesSense(command: string, { done, links }: Job): boolean {
  if (command === 'cancel') return links.cancel !== undefined
  if (command === 'retry') return links.retry !== undefined
  return command === 'delete' ? done : true
}

function optionsIn(words: readonly string[]): AskOptions {
  const valueOf = (flag: string) => {
    const at = words.indexOf(flag)
    return at < 0 ? words.find((word) => word.startsWith(`${flag}=`))?.slice(flag.length + 1) : words[at + 1]
  }
  const [url, apiKey] = [valueOf('--url'), valueOf('--api-key')]
  return { ...(url === undefined ? {} : { url }), ...(apiKey === undefined ? {} : { apiKey }) }
}
