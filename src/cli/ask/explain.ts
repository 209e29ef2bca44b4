/** What a person is told when a command that asks an API ends otherwise than it was meant to, and its exit code. */
import { ConnectionError, DeadlineError, ProblemError } from '../../client/client.ts'
import { ConfigError } from '../../config.ts'
import { EXIT, exitCodeOfStatus } from '../exit-codes.ts'
import { note } from '../output.ts'
import { printable } from '../printable.ts'
import type { Api } from './api.ts'
import { JobGoesOn, MayBeSubmitted, NotYet } from './goes-on.ts'
import { isTriedAgain } from './tried-again.ts'
import { Interrupted } from './interrupt.ts'
import { UsageError } from './usage-error.ts'
import { reasonOf } from './way.ts'

/** @throws the error, where it is none that a person can mend */
export function explain(error: unknown, api: Api | undefined): number {
  if (error instanceof UsageError || error instanceof ConfigError) {
    note(`error: ${error.message}`)
    return EXIT.usage
  }
  if (!api) throw error
  if (error instanceof JobGoesOn) {
    const code = error.cause instanceof DeadlineError ? EXIT.ranOut : explain(error.cause, api)
    const { id, job } = error
    const how = job === undefined ? 'goes on' : `is still ${printable(job.status)}, and goes on`
    note(`Job ${printable(id)} ${how}.`)
    // It looks as if it only had to wait its turn.
    if (job && isTriedAgain(job)) note(`  What was tried:  ${api.command('attempts', printable(id))}`)
    note(`  To wait for it:  ${api.command('result', printable(id), '--wait')}`)
    note(`  To cancel it:    ${api.command('cancel', printable(id))}`)
    return code
  }
  if (error instanceof MayBeSubmitted) {
    const code = explain(error.cause, api)
    note(
      `The job may have been submitted all the same. The same command with --key ${error.key} finds it, or submits it.`,
    )
    return code
  }
  if (error instanceof Interrupted) return EXIT.interrupted
  if (error instanceof NotYet) return EXIT.ranOut
  // Of a request by itself. What runs out in a wait is no fault of the API.
  if (error instanceof ConnectionError || error instanceof DeadlineError) return explainSilence(error, api)
  if (error instanceof ProblemError) return explainProblem(error as ProblemError, api)
  throw error
}

function explainSilence(error: ConnectionError | DeadlineError, { url }: Api): number {
  note(
    `There is no answer from ${shown(url)}: ${inASentence(reasonOf(error))}. ${isHere(url) ? START_IT : LOOK_THERE}`,
  )
  return EXIT.unreachable
}

const START_IT = 'Is acceptd running there? Start it with `acceptd serve`, or set ACCEPTD_URL.'
const LOOK_THERE = 'Is acceptd running there, and is the address right (--url, ACCEPTD_URL)?'

function explainProblem(error: ProblemError, api: Api): number {
  const code = exitCodeOfStatus(error.status)
  const said = printable(error.message)
  if (code === EXIT.unreachable) note(`The API at ${shown(api.url)} cannot answer just now: ${said}`)
  else if (isNoneOfAcceptd(error))
    note(
      `What is at ${shown(api.url)} does not answer as acceptd does (status ${error.status}). Is --url or ACCEPTD_URL right?`,
    )
  else if (error.code === 'unauthorized') note(api.hasKey ? WRONG_KEY : NO_KEY)
  else note(said)
  const [first, second] = error.errors
  // The sentence may be about the only violation there is.
  if (first && !second && error.message.includes(first.detail)) return code
  for (const { detail, pointer, parameter } of error.errors) {
    const where = [pointer, parameter].filter((name) => name !== undefined).join(' ')
    note(`  ${printable(where === '' ? detail : `${where}: ${detail}`)}`)
  }
  return code
}

const NO_KEY = 'The API asks for a key. Set ACCEPTD_API_KEY, or write --api-key <key>.'
const WRONG_KEY = 'The API does not know this key. Is ACCEPTD_API_KEY, or --api-key, right?'

/** A server of another kind: it says no more than a status, or says what is no JSON. */
function isNoneOfAcceptd({ code }: ProblemError): boolean {
  return code.startsWith('http-') || code === 'unexpected-answer'
}

function shown(url: string): string {
  return url.replace(/\/$/, '')
}

function inASentence(text: string): string {
  return printable(text).replace(/^[A-Z](?=[a-z])/, (letter) => letter.toLowerCase())
}

function isHere(url: string): boolean {
  const { hostname } = new URL(url)
  return hostname === 'localhost' || hostname === '[::1]' || hostname.startsWith('127.')
}
