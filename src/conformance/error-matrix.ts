/** Every refusal the suite can provoke, each twice and once more as a browser asks, and all others it has seen. */
import type { Answer } from './exchange.ts'
import type { FixtureName } from './profile.ts'
import { JOBS } from './provocations/jobs.ts'
import type { Jobs, Provocation } from './provocations/provocation.ts'
import { REQUESTS } from './provocations/requests.ts'
import type { Document, Target } from './target.ts'

export interface Provoked extends Pick<Provocation, 'cause' | 'expected' | 'slug'> {
  /** The same request twice. */
  readonly answers: readonly Answer[]
  /** The same with `Accept: text/html`. */
  readonly forBrowser?: Answer
}

const matrices = new WeakMap<Target, Promise<readonly Provoked[]>>()

/** Provoked once for all rows. */
export function errorMatrix(target: Target): Promise<readonly Provoked[]> {
  const matrix = matrices.get(target) ?? provokeAll(target)
  matrices.set(target, matrix)
  return matrix
}

/** Every answer from 400 on that there was, in the matrix and in all rows so far. */
export async function allErrors(target: Target): Promise<readonly Answer[]> {
  await errorMatrix(target)
  // A health check that fails says so in a format of its own.
  const { live, ready, overview } = target.profile.paths
  return target.seen.filter(
    ({ status, url }) => status >= 400 && ![live, ready, overview].includes(url.pathname),
  )
}

/** Those with content, parsed. */
export async function allProblems(target: Target): Promise<{ answer: Answer; problem: Document }[]> {
  const errors = await allErrors(target)
  return errors
    .filter(({ method }) => method !== 'HEAD')
    .map((answer) => ({ answer, problem: answer.json() }))
}

export function named({ method, url, status }: Answer): string {
  return `${method} ${url.pathname} (${status})`
}

async function provokeAll(target: Target): Promise<readonly Provoked[]> {
  const jobs = await prepare(target)
  const wanted = [...REQUESTS, ...JOBS].filter(({ needs = [] }) =>
    needs.every((need) => isThere(need, target, jobs)),
  )
  const provoked = await Promise.all(wanted.map((one) => provoke(one, target, jobs)))
  if (jobs.active && target.profile.features.includes('cancel')) await target.cancel(jobs.active.job)
  return provoked.filter((one) => one !== undefined)
}

async function provoke(
  { cause, expected, slug, provoke: ask, mayPass }: Provocation,
  target: Target,
  jobs: Jobs,
): Promise<Provoked | undefined> {
  // A server may hang up on what is hardly HTTP.
  const lenient = (asked: Promise<Answer>) => (mayPass ? asked.catch(() => undefined) : asked)
  const answers: Answer[] = []
  for (const accept of [undefined, undefined, 'text/html']) {
    const answer = await lenient(ask(target, jobs, accept === undefined ? {} : { Accept: accept }))
    if (answer === undefined || (mayPass && answer.status < 400)) return undefined
    answers.push(answer)
  }
  const [first, second, forBrowser] = answers as [Answer, Answer, Answer]
  return { cause, expected, ...(slug === undefined ? {} : { slug }), answers: [first, second], forBrowser }
}

function isThere(need: NonNullable<Provocation['needs']>[number], { profile }: Target, jobs: Jobs): boolean {
  if (need === 'job that waits') return jobs.active !== undefined
  if (need === 'job that failed') return jobs.failed !== undefined
  if (need === 'job that is gone') return jobs.gone !== undefined
  if (need === 'bad credentials') return profile.auth.bad !== undefined
  if (need === 'no credentials') return profile.auth.none !== undefined
  return need in profile.fixtures || (profile.features as readonly string[]).includes(need)
}

async function prepare(target: Target): Promise<Jobs> {
  const { fixtures, features } = target.profile
  const waiting = (['idle', 'slow'] as const).find((name) => fixtures[name] !== undefined)
  const [ended, deleted, failed, active] = await Promise.all([
    endOf(target, 'ok'),
    features.includes('delete') ? endOf(target, 'ok') : undefined,
    fixtures.fail ? endOf(target, 'fail') : undefined,
    waiting && target.submit(waiting),
  ])
  if (deleted) await target.ask(deleted.job, { method: 'DELETE' })
  return {
    ended,
    ...(active ? { active } : {}),
    ...(failed ? { failed } : {}),
    ...(deleted ? { gone: deleted.job } : {}),
  }
}

async function endOf(target: Target, name: FixtureName) {
  const submitted = await target.submit(name)
  await target.ends(submitted.job)
  return submitted
}
