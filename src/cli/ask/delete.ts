/** `acceptd delete`: removes jobs that have ended, with their results and keys, one or many. */
import type { Command } from 'commander'
import { EXIT } from '../exit-codes.ts'
import { print } from '../output.ts'
import { printable } from '../printable.ts'
import { ANSWER_SECONDS, type Api } from './api.ts'
import { asking, askingCommand } from './asking.ts'
import { manyJobs } from './many-jobs.ts'
import { FILTERS_HELP, oneOrMany, withOneOrMany, type OneOrMany } from './one-or-many.ts'

const EXAMPLES = `  Delete a job that has ended, with its result and its key:
    acceptd delete 0190163d-8694-739b-aea5-966c26f8ad91
  How many jobs were canceled before November?
    acceptd delete --where status=canceled,createdBefore=2026-11-01T00:00:00Z --dry-run
  Delete them:
    acceptd delete --where status=canceled,createdBefore=2026-11-01T00:00:00Z

${FILTERS_HELP}`

export function deleteCommand(): Command {
  const command = askingCommand('delete', {
    description: 'delete a job that has ended, or all that --where names',
    examples: EXAMPLES,
    endings: ['fine', 'failed', 'usage', 'unreachable'],
  })
  return withOneOrMany(command).action(asking(remove))
}

async function remove(api: Api, reference: string | undefined, options: OneOrMany): Promise<number> {
  const about = oneOrMany(reference, options)
  if ('where' in about) return manyJobs(api, { verb: 'delete', ...about })
  const id = api.idIn(about.id)
  await api.client.delete(id, { timeoutSeconds: ANSWER_SECONDS })
  print(`Job ${printable(id)} is deleted.`)
  return EXIT.fine
}
