/** A way to make a server refuse: a request, and what must be said to it. */
import type { Answer, Request } from '../exchange.ts'
import type { Feature, FixtureName } from '../profile.ts'
import type { SubmitOptions, Submitted, Target } from '../target.ts'

/** Jobs in the states that refusals need. */
export interface Jobs {
  /** Completed. */
  readonly ended: Submitted
  /** Waits or runs. */
  readonly active?: Submitted
  readonly failed?: Submitted
  /** Deleted after its end. */
  readonly gone?: URL
}

type Need =
  | FixtureName
  | Feature
  | 'job that waits'
  | 'job that failed'
  | 'job that is gone'
  | 'bad credentials'
  | 'no credentials'

export interface Provocation {
  readonly cause: string
  /** Any of these. */
  readonly expected: readonly number[]
  /** What its `type` ends in. */
  readonly slug?: string
  readonly needs?: readonly Need[]
  /** Where a server may also do what is asked, or hang up: then it is no refusal, and nothing is said of it. */
  readonly mayPass?: true
  /** @param headers to add */
  readonly provoke: (target: Target, jobs: Jobs, headers: Record<string, string>) => Promise<Answer>
}

type Asking = Request & Pick<SubmitOptions, 'as'>

export function submitting(request: Asking, fixture: FixtureName = 'ok'): Provocation['provoke'] {
  return (target, _, headers) =>
    target.post(fixture, { ...request, headers: { ...request.headers, ...headers } })
}

export function asking(
  address: (target: Target, jobs: Jobs) => URL | string,
  request: Asking = {},
): Provocation['provoke'] {
  return (target, jobs, headers) =>
    target.ask(address(target, jobs), { ...request, headers: { ...request.headers, ...headers } })
}

export const known = (_: Target, { ended }: Jobs) => ended.job
