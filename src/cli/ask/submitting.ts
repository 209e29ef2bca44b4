/** Submitting, as `acceptd run` and `acceptd submit` both do it: their options, and the job that comes of them. */
import { randomUUID } from 'node:crypto'
import { InvalidArgumentError, type Command } from 'commander'
import { CallError, ProblemError, type Submitted } from '../../client/client.ts'
import { EXIT, exitCodeOfStatus } from '../exit-codes.ts'
import { note } from '../output.ts'
import { printable } from '../printable.ts'
import { timeIn } from '../spans.ts'
import { ANSWER_SECONDS, type Api } from './api.ts'
import { barIfAny } from './wait.ts'
import { MayBeSubmitted } from './goes-on.ts'
import { inputFrom } from './input.ts'
import { Interrupted } from './interrupt.ts'

export interface SubmitOptions {
  readonly key?: string
  readonly tag?: readonly string[]
  readonly priority?: number
  readonly runAt?: string
  readonly callbackUrl?: string
}

export function withSubmitOptions(command: Command): Command {
  return command
    .argument('<task>', 'the kind of work; acceptd tasks lists them')
    .argument('[input]', 'JSON, @file, or - for standard input; {} unless given')
    .option('--key <key>', 'idempotency key: the same key with the same request is the same job', keyIn)
    .option('--tag <tag>', 'a word of your own, shown with the job; may be given again', tagsIn)
    .option('--priority <number>', 'from -100 to 100, higher first', priorityIn)
    .option('--run-at <time>', 'not before 2026-12-31T09:00:00Z, say; or 90s, 30m, 2h, 7d from now', (text) =>
      timeIn(text, 'after'),
    )
    .option('--callback-url <url>', 'where to tell of the end')
}

/** @throws MayBeSubmitted, where it cannot be known; else what the client throws */
export async function submit(
  api: Api,
  task: string,
  argument: string | undefined,
  { key, tag, priority, runAt, callbackUrl }: SubmitOptions,
): Promise<Submitted<unknown>> {
  const input = await inputFrom(argument, api.signal)
  // Made here and not by the client, so that it can be told if the answer is lost.
  const idempotencyKey = key ?? randomUUID()
  const options = { idempotencyKey, tags: tag, priority, runAt, callbackUrl, timeoutSeconds: ANSWER_SECONDS }
  const show = barIfAny()
  api.way.onTrouble = (reason) => show?.trouble(reason)
  try {
    const job = await api.client.submit(task, input, options)
    if (key !== undefined && job.replayed)
      note(`This is job ${printable(job.id)}, which was submitted with this key before.`)
    return job
  } catch (error) {
    throw isInDoubt(api, error) ? new MayBeSubmitted(idempotencyKey, error) : error
  } finally {
    api.way.onTrouble = undefined
    show?.end()
  }
}

function isInDoubt({ way }: Api, error: unknown): boolean {
  // Refused: then it was refused before, too, or would have been replayed.
  if (error instanceof ProblemError && exitCodeOfStatus(error.status) !== EXIT.unreachable) return false
  return way.isDoubtful && (error instanceof CallError || error instanceof Interrupted)
}

function keyIn(text: string): string {
  if (!/^[\x20-\x7e]{1,255}$/.test(text))
    throw new InvalidArgumentError('It has 1 to 255 printable ASCII characters.')
  return text
}

function tagsIn(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text]
}

function priorityIn(text: string): number {
  if (!/^-?\d{1,3}$/.test(text)) throw new InvalidArgumentError('Write a whole number from -100 to 100.')
  return Number(text)
}
