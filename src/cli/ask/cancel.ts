/** `acceptd cancel`: has a job stopped. */
import type { Command } from 'commander'
import type { Job } from '../../client/client.ts'
import { EXIT } from '../exit-codes.ts'
import { print, printJson } from '../output.ts'
import { printable } from '../printable.ts'
import { ANSWER_SECONDS, type Api } from './api.ts'
import { asking, askingCommand } from './asking.ts'
import { withJobArgument } from './job-argument.ts'
import { orAsItIs, WAIT_OPTION, waitForEnd, type Wait } from './wait.ts'

interface Options {
  readonly wait?: Wait
  readonly json?: true
}

const EXAMPLES = `  Have it stopped:
    acceptd cancel 0190163d-8694-739b-aea5-966c26f8ad91
  And wait until it has: 0 if it was, 1 if it completed or failed before it heard of it:
    acceptd cancel 0190163d-8694-739b-aea5-966c26f8ad91 --wait
`

export function cancelCommand(): Command {
  const command = askingCommand('cancel', {
    description: 'cancel a job that has not ended',
    examples: EXAMPLES,
    endings: ['fine', 'failed', 'usage', 'unreachable', 'ranOut', 'interrupted'],
  })
  return withJobArgument(command)
    .option(...WAIT_OPTION)
    .option('--json', 'print the job')
    .action(asking(cancel))
}

async function cancel(api: Api, reference: string, { wait, json }: Options): Promise<number> {
  const id = api.idIn(reference)
  const told = await api.client.cancel(id, { timeoutSeconds: ANSWER_SECONDS })
  const job =
    wait === undefined || told.done
      ? told
      : await orAsItIs(waitForEnd(api, id, wait), (now) => json && printJson(now))
  if (json) printJson(job)
  else print(`Job ${printable(id)} ${whatBecameOf(job)}`)
  // That it is canceled is what was asked for.
  return job.done && job.status !== 'canceled' ? EXIT.failed : EXIT.fine
}

function whatBecameOf({ done, status }: Job): string {
  if (!done) return 'is running; its task is being told, and may yet complete.'
  return status === 'canceled' ? 'is canceled.' : `had ${printable(status)} before its task heard of it.`
}
