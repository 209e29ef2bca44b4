/** Submitting from code: what an app's own code wants, as a client would have sent it. */
import { submitWithin, type Submitted } from './commands/submit-job.ts'
import { submitSent, type Desk } from './commands/submit-sent.ts'
import type { SubmitOptions } from './embedding.ts'
import { MAX_BODY_BYTES } from './http/json-body.ts'
import { JobError } from './job/errors.ts'
import { isKey, KEYS } from './job/idempotency-key.ts'
import type { Json } from './job/json.ts'
import { jsonText, Unkeepable } from './job/plain-json.ts'
import { ANONYMOUS, principalFlaw } from './job/principal.ts'
import { readTraceparent } from './job/traceparent.ts'
import { isConflict, isOutage } from './store/outage.ts'
import { within } from './store/lent.ts'

export interface SubmissionDesk {
  /** @throws TypeError where it is left out and may not be, or cannot be stored */
  readonly principalFor: (given: string | undefined) => string
  readonly submit: (task: string, input: unknown, options: SubmitOptions) => Promise<Submitted>
}

/** @param isNamed whether requests have names: a job of nobody in particular could then be seen by nobody */
export function submissionDesk(desk: Desk, isNamed: boolean): SubmissionDesk {
  // What was stored is done, whether or not this process goes on; and code is not to be told to go to another.
  const open: Desk = { ...desk, refusing: new AbortController().signal }

  function principalFor(given: string | undefined): string {
    if (given === undefined && isNamed)
      throw new TypeError('principal must say whose job it is, since requests have names here')
    const principal = given ?? ANONYMOUS
    const flaw = principalFlaw(principal)
    if (flaw !== undefined) throw new TypeError(`principal ${flaw}`)
    return principal
  }

  return {
    principalFor,
    async submit(task, input, { db, principal, idempotencyKey: key, traceparent, ...options }) {
      if (key !== undefined && !isKey(key))
        throw new JobError('idempotency-key-invalid', `An idempotencyKey has ${KEYS}`)
      const wish = {
        principal: principalFor(principal),
        sent: sentAs({ task, input, ...options }),
        inputAt: ['input'],
        key,
        traceparent: readTraceparent(traceparent),
      }
      if (db === undefined) return submitSent(open, wish).catch(rethrown)
      const trx = await within(db)
      const deps = { ...desk.deps, db: trx }
      return submitSent({ ...open, deps }, wish, (_, keyed) => submitWithin(trx, deps, keyed))
    },
  }
}

/** As it would have come over HTTP: members that are undefined are not there, and a Date is its text. */
function sentAs(wish: object): Json {
  try {
    return JSON.parse(jsonText(wish, MAX_BODY_BYTES)) as Json
  } catch (error) {
    if (!(error instanceof Unkeepable)) throw error
    // `#/input/when is an invalid Date, …`
    const [, pointer = '#', detail = error.message] = /^(#\S*) (.*)$/s.exec(error.message) ?? []
    const errors = [{ pointer, detail }]
    throw new JobError('validation-error', 'The input cannot be sent as JSON', { errors, cause: error })
  }
}

/** Over HTTP it would have been a 503. */
function rethrown(error: unknown): never {
  if (!isOutage(error) && !isConflict(error)) throw error
  const detail = 'The database does not answer just now; submit the same again, with the same idempotencyKey'
  throw new JobError('temporary-reduced-capacity', detail, { cause: error })
}
