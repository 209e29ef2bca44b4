/** Event streams of jobs that do not start yet: opened, held, told of some changes, closed. Is any event missed? */
import { setTimeout as sleep } from 'node:timers/promises'
import type { JobDocument } from '../../src/http/representation.ts'
import { exchange } from '../../src/conformance/exchange.ts'
import { openStream, type EventStream } from './event-stream.ts'
import { quantile } from './figures.ts'

export interface Plan {
  readonly base: URL
  /** No more than the server has places for. */
  readonly streams: number
  readonly streamsPerJob: number
  /** What is to be done while all are open. */
  readonly meanwhile?: () => Promise<void>
}

export interface Round {
  readonly jobs: number
  /** Streams that were opened and had their first event. */
  readonly opened: number
  readonly openedMs: number
  /** What the server answers to one stream more. */
  readonly oneMore: number
  /** Those whose job was canceled; and how long after the answer to the cancel each of them was told, in ms. */
  readonly concerned: number
  readonly told: readonly number[]
  /** Concerned and not told, or not ended though the job has. */
  readonly missed: number
  /** Not concerned, but ended or told something. */
  readonly disturbed: number
  /** The least number of comments that a stream got. */
  readonly comments: number
}

// By then only chance can tell of it.
const TOLD_MS = 10_000
// Places of streams that were closed a moment ago are free when the server has seen it.
const FREE_MS = 10_000
// Ten thousand connections at once would be more than a listening socket has room for.
const AT_ONCE = 100
// So few that it is the telling which takes time, not the cancels.
const CHANGES_AT_ONCE = 4
// One job in so many changes.
const CHANGED = 10

export async function runRound(plan: Plan): Promise<Round> {
  const { base, streams: wanted, streamsPerJob } = plan
  const jobs = await inLanes(AT_ONCE, Math.ceil(wanted / streamsPerJob), () => submit(base))
  const began = performance.now()
  const streams = await inLanes(AT_ONCE, wanted, (nth) => open(base, jobs[nth % jobs.length], nth))
  const openedMs = performance.now() - began
  try {
    const opened = streams.filter(({ events }) => events > 0).length
    const [job] = jobs
    const { httpStatus: oneMore, close } = await openStream(new URL(job?.links.events ?? '', base), wanted)
    close()
    await plan.meanwhile?.()
    const comments = quantile(
      streams.map((stream) => stream.comments),
      0,
    )
    const changes = await change(base, jobs, streams)
    return { jobs: jobs.length, opened, openedMs, oneMore, comments, ...changes }
  } finally {
    for (const stream of streams) stream.close()
  }
}

async function submit(base: URL): Promise<JobDocument> {
  const hourAhead = new Date(Date.now() + 3_600_000).toISOString()
  const url = new URL(`/tasks/word-count?runAt=${hourAhead}`, base)
  return jobOf(await exchange(url, { method: 'POST', body: { text: 'to be or not to be' } }))
}

async function open(base: URL, job: JobDocument | undefined, nth: number): Promise<EventStream> {
  const url = new URL(job?.links.events ?? '', base)
  for (const end = performance.now() + FREE_MS; ; await sleep(100)) {
    const stream = await openStream(url, nth)
    if (stream.httpStatus !== 503 || performance.now() > end) return stream
  }
}

async function change(
  base: URL,
  jobs: readonly JobDocument[],
  streams: readonly EventStream[],
): Promise<Pick<Round, 'concerned' | 'told' | 'missed' | 'disturbed'>> {
  const canceledAt = new Map<number, number>()
  await inLanes(CHANGES_AT_ONCE, Math.ceil(jobs.length / CHANGED), async (nth) => {
    const at = nth * CHANGED
    await cancel(base, jobs[at])
    canceledAt.set(at, performance.now())
  })
  const concerned = streams.filter((_, nth) => canceledAt.has(nth % jobs.length))
  const others = streams.filter((_, nth) => !canceledAt.has(nth % jobs.length))
  const isTold = ({ jobStatus, ended }: EventStream) => jobStatus === 'canceled' && ended
  for (const end = performance.now() + TOLD_MS; performance.now() < end; await sleep(20))
    if (concerned.every(isTold)) break
  return {
    concerned: concerned.length,
    told: streams.flatMap((stream, nth) => {
      const answered = canceledAt.get(nth % jobs.length)
      return answered === undefined || !isTold(stream) ? [] : [Math.max(0, stream.toldAt - answered)]
    }),
    missed: concerned.filter((stream) => !isTold(stream)).length,
    disturbed: others.filter(({ events, ended }) => events !== 1 || ended).length,
  }
}

async function cancel(base: URL, job: JobDocument | undefined): Promise<void> {
  const url = new URL(job?.links.cancel ?? '', base)
  jobOf(await exchange(url, { method: 'POST' }))
}

function jobOf(answer: Awaited<ReturnType<typeof exchange>>): JobDocument {
  if (answer.status < 300) return answer.json() as JobDocument
  throw new Error(`${answer.method} ${answer.url.href} was answered ${answer.status}: ${answer.text}`)
}

async function inLanes<T>(lanes: number, count: number, act: (nth: number) => Promise<T>): Promise<T[]> {
  const results: T[] = []
  let begun = 0
  const lane = async () => {
    while (begun < count) {
      const nth = begun++
      results[nth] = await act(nth)
    }
  }
  await Promise.all(Array.from({ length: lanes }, lane))
  return results
}
