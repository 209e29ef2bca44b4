/** Following work that a callee accepted: it is looked at now and then, while nobody waits and no slot is held. */
import { TaskError } from '../job/failure.ts'
import { pause } from '../job/pause.ts'
import type { OutboundResponse } from '../outbound/caller.ts'
import { cancelOffer } from './cancel-offer.ts'
import { documentOf } from './document.ts'
import { failedOtherwise } from './failures.ts'
import {
  askedSeconds,
  BEGINNING,
  longer,
  MAX_FAILURES,
  MAX_MS,
  pauseSeconds,
  type Following,
} from './following.ts'
import { answeredBy } from './headers.ts'
import { methodOf } from './input.ts'
import type { Line } from './line.ts'
import { look } from './look.ts'
import { monitorOf } from '../polling/monitor.ts'
import { laterRequest } from './request.ts'

const ACCEPTED = 202

/** @throws the pause to follow with, where the answer is a 202 that says where to look */
export function followIfAccepted(line: Line, response: OutboundResponse): void {
  if (response.status !== ACCEPTED || !line.input.followAccepted) return
  const monitor = monitorOf(answeredBy(response))
  if (!monitor) return
  const cancel = cancelOffer(response, documentOf(response), monitor.url)
  const following = {
    ...BEGINNING,
    monitor,
    since: Date.now(),
    ...(cancel ? { cancel } : {}),
    transcript: line.transcript(),
  }
  throw wait(line, following, askedSeconds(response))
}

/**
 * The final answer.
 * @throws a pause as long as there is none; TaskError where there will be none
 */
export async function follow(line: Line, following: Following): Promise<OutboundResponse> {
  const { context } = line
  if (context.canceled()) {
    await cancelWork(line, following)
    throw context.signal.aborted ? (context.signal.reason as Error) : canceled()
  }
  refuseAfterADay(line, following)
  try {
    return await lookOnce(line, following)
  } catch (error) {
    if (context.signal.aborted && context.canceled()) await cancelWork(line, following)
    throw error
  }
}

async function lookOnce(line: Line, following: Following): Promise<OutboundResponse> {
  const next = { ...following, polls: following.polls + 1, waitSeconds: longer(following.waitSeconds) }
  const seen = await look(line, following).catch((error: unknown) => {
    if (error instanceof TaskError && error.retryable) return error
    throw error
  })
  if (seen instanceof TaskError) {
    const failures = following.failures + 1
    if (failures >= MAX_FAILURES) throw seen
    throw wait(line, { ...next, failures }, seen.retryAfterSeconds)
  }
  if (seen.kind === 'failed') throw seen.error
  if (seen.kind === 'result') return seen.response
  const { monitor, cancel = following.cancel, asked } = seen
  throw wait(line, { ...next, monitor, failures: 0, ...(cancel ? { cancel } : {}) }, asked)
}

function wait(line: Line, following: Following, asked: number | undefined): Error {
  return pause({
    seconds: pauseSeconds(following.waitSeconds, asked),
    state: { ...following, transcript: line.transcript() },
  })
}

function refuseAfterADay({ input, blame }: Line, { since, polls }: Following): void {
  if (Date.now() - since < MAX_MS) return
  const sentence = `It was accepted, and after a day and ${polls} looks it had not ended`
  throw failedOtherwise('timeout', { method: methodOf(input), url: input.url }, sentence, blame)
}

/** As the callee offered. Whether it takes that does not matter any more. */
async function cancelWork(line: Line, { cancel }: Following): Promise<void> {
  if (!cancel) return
  await line.sendAnyway(laterRequest(line.input, line.context, cancel.method, cancel.url))
}

function canceled(): Error {
  return new DOMException('The job was canceled', 'AbortError')
}
