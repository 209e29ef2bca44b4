/** Sends a server all sorts of things, from several connections at once, and holds what comes back against its document. */
import { parse } from 'yaml'
import { documentedIn, type Documented } from '../support/documented.ts'
import { casesFrom, type Case } from './cases.ts'
import { clientOf, type Client } from './client.ts'
import { isOverload, judge } from './judge.ts'
import { knowledge, type Knowledge } from './knowledge.ts'
import { describe } from './operations.ts'
import { sendRaw } from './raw.ts'
import { sentAs, type Sent } from './request.ts'

export interface Plan {
  readonly url: URL
  readonly requests: number
  readonly seed: number
  readonly connections: number
  /** No more are begun after so long. */
  readonly minutes?: number
  /** None is begun any more once it is aborted. */
  readonly signal?: AbortSignal
  /** Called before each. */
  readonly onProgress?: (begun: number, flaws: number) => void
}

export interface Flaw {
  /** Its place in the campaign. */
  readonly nth: number
  readonly what: string
  /** A character for each byte that was sent. */
  readonly sent: string
}

export interface Slow {
  readonly nth: number
  readonly what: string
  readonly from: number
  readonly to: number
}

export interface Findings {
  readonly flaws: readonly Flaw[]
  /** How often each status was answered; `raw 400` where the client was no HTTP client. */
  readonly statuses: ReadonlyMap<string, number>
  readonly overloads: number
  /** Milliseconds of all that did not ask to wait. */
  readonly times: readonly number[]
  /** Those that took longer than a second, though they did not ask to wait. */
  readonly slow: readonly Slow[]
}

const LIMIT_MS = 1000
// More of them tell nothing new.
const MOST_FLAWS = 200

export async function runCampaign(plan: Plan): Promise<Findings> {
  const { url, requests, seed, connections, minutes = Number.POSITIVE_INFINITY, signal, onProgress } = plan
  const document: unknown = parse(await (await fetch(new URL('/openapi.yaml', url))).text())
  const known = knowledge()
  const cases = casesFrom(seed, { description: describe(document), known, host: url.host })
  const findings = {
    flaws: [] as Flaw[],
    statuses: new Map<string, number>(),
    overloads: 0,
    times: [] as number[],
    slow: [] as Slow[],
  }
  const course: Course = { url, known, documented: documentedIn(document), findings }
  const end = performance.now() + minutes * 60_000
  let begun = 0
  const goesOn = () =>
    begun < requests && performance.now() < end && !signal?.aborted && findings.flaws.length < MOST_FLAWS
  const one = async () => {
    const client = clientOf(url)
    while (goesOn()) {
      const nth = begun++
      onProgress?.(nth, findings.flaws.length)
      await play(course, client, nth, cases.next().value)
    }
    client.close()
  }
  await Promise.all(Array.from({ length: connections }, one))
  return findings
}

interface Course {
  readonly url: URL
  readonly known: Knowledge
  readonly documented: Documented
  readonly findings: { -readonly [K in keyof Findings]: Findings[K] } & {
    flaws: Flaw[]
    times: number[]
    slow: Slow[]
    statuses: Map<string, number>
  }
}

async function play(course: Course, client: Client, nth: number, given: Case): Promise<void> {
  if (given.kind === 'raw') return playRaw(course, nth, given.raw)
  const sent =
    given.kind === 'again'
      ? submittedAgain(course, given.nth)
      : sentAs(given.request, course.known, course.url.host)
  return playRequest(course, client, nth, sent)
}

async function playRequest(
  { known, documented, findings }: Course,
  client: Client,
  nth: number,
  sent: Sent,
): Promise<void> {
  const from = performance.now()
  const what = `${sent.method} ${sent.path.slice(0, 100)}`
  try {
    const answer = await client.ask(sent)
    const to = performance.now()
    count(findings.statuses, String(answer.status))
    if (isOverload(answer)) findings.overloads++
    if (!sent.mayWait) findings.times.push(to - from)
    if (!sent.mayWait && to - from > LIMIT_MS) findings.slow.push({ nth, what, from, to })
    judge(sent, answer, documented)
    known.learn(answer, sent.bytes)
  } catch (error) {
    findings.flaws.push({
      nth,
      what: `${what}: ${(error as Error).message}`,
      sent: sent.bytes.toString('latin1'),
    })
  }
}

async function playRaw(
  { url, findings }: Course,
  nth: number,
  raw: Parameters<typeof sendRaw>[1],
): Promise<void> {
  const sent = raw.parts.map((part) => part.toString('latin1')).join('')
  try {
    const statuses = await sendRaw(url, raw)
    for (const status of statuses) count(findings.statuses, `raw ${status}`)
    const faults = statuses.filter((status) => status >= 500)
    if (faults.length > 0) throw new Error(`a fault of ours: ${faults.join(', ')}`)
  } catch (error) {
    findings.flaws.push({ nth, what: `raw, ${raw.ending}: ${(error as Error).message}`, sent })
  }
}

/** Byte for byte, so that its key is replayed. */
function submittedAgain({ known, url }: Course, nth: number): Sent {
  const bytes = known.submission(nth)
  if (!bytes)
    return sentAs({ method: 'GET', target: ['/jobs'], headers: [], body: Buffer.alloc(0) }, known, url.host)
  const [, method = '', target = ''] = /^(\S+) (\S+) /.exec(bytes.toString('latin1', 0, 5000)) ?? []
  const mayWait = /^Prefer:.*wait/im.test(bytes.toString('latin1'))
  return { method, path: target.split('?', 1)[0] ?? '', bytes, mayWait, isFlawed: false }
}

function count(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1)
}
