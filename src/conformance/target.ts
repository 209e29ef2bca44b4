/** The server under test, in the words of its profile: submit, follow, wait. No address is built, only followed. */
import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { exchange, type Answer, type Request } from './exchange.ts'
import { expect, skip } from './expect.ts'
import type { Fixture, FixtureName, OperatorStep, Profile } from './profile.ts'
import type { Between } from './receiver.ts'

export type Status = keyof Profile['statuses']
export type Document = Record<string, unknown>

export interface Submitted {
  readonly answer: Answer
  /** The Location, resolved. */
  readonly job: URL
  readonly document: Document
  /** What `{{unique}}` was. */
  readonly unique: string
}

export interface SubmitOptions extends Request {
  readonly unique?: string
  /** What `{{receiver}}` is to be. */
  readonly receiver?: string
  readonly as?: 'a' | 'b' | 'none' | 'bad'
}

export class Target {
  readonly base: URL
  readonly profile: Profile
  /** Every exchange there was, for the rows that look over all of them. */
  readonly seen: Answer[] = []

  /** What its receivers are broken by, in tests of the suite. */
  readonly between: Between

  constructor(base: string, profile: Profile, between: Between = {}) {
    this.base = new URL(base)
    this.profile = profile
    this.between = between
  }

  /** An exchange as caller A, unless said otherwise. */
  async ask(
    url: URL | string,
    { as = 'a', ...request }: Request & { as?: SubmitOptions['as'] } = {},
  ): Promise<Answer> {
    const to = new URL(url, this.base)
    const headers = { ...this.credentials(to, as), ...request.headers }
    const answer = await exchange(to, { ...request, headers })
    this.seen.push(answer)
    return answer
  }

  /** A link may lead anywhere; they go to nobody but the server under test. */
  credentials(to: URL, as: SubmitOptions['as'] = 'a'): Readonly<Record<string, string>> {
    return to.origin === this.base.origin ? (this.profile.auth[as] ?? {}) : {}
  }

  fixture(
    name: FixtureName,
    unique: string = randomUUID(),
    receiver = 'https://example.org/',
  ): Fixture & { readonly unique: string } {
    const found = this.profile.fixtures[name]
    if (!found) skip(`the profile has no fixture "${name}"`)
    const path = found.path.replaceAll('{{receiver}}', encodeURIComponent(receiver))
    const written = JSON.stringify({ ...found, path })
      .replaceAll('{{unique}}', unique)
      .replaceAll('{{receiver}}', JSON.stringify(receiver).slice(1, -1))
    return { ...(JSON.parse(written) as Fixture), unique }
  }

  /** All the profile has, as they stand in it. */
  fixtures(): Fixture[] {
    return Object.values(this.profile.fixtures).filter((fixture) => fixture !== undefined)
  }

  /** Posts a fixture, whatever comes of it. */
  post(name: FixtureName, { unique, receiver, ...options }: SubmitOptions = {}): Promise<Answer> {
    const { path, method, headers, body } = this.fixture(name, unique, receiver)
    return this.ask(path, { method, body, ...options, headers: { ...headers, ...options.headers } })
  }

  /** Posts a fixture and expects it to be accepted. */
  async submit(name: FixtureName, options: SubmitOptions = {}): Promise<Submitted> {
    const unique = options.unique ?? randomUUID()
    const answer = await this.post(name, { ...options, unique })
    expect(
      answer.status === 202,
      `${name} was answered ${answer.status}, not 202: ${answer.text.slice(0, 200)}`,
    )
    return { answer, job: this.locationOf(answer), document: answer.text === '' ? {} : answer.json(), unique }
  }

  locationOf(answer: Answer): URL {
    const location = answer.headers['location']
    expect(
      location !== undefined,
      `${answer.method} ${answer.url.pathname} (${answer.status}) has no Location`,
    )
    return new URL(location, answer.url)
  }

  /** A member of a document, by its name in `profile.pointers`. */
  get(document: Document, name: keyof Profile['pointers']): unknown {
    const steps = this.profile.pointers[name].split('/').slice(1)
    let at: unknown = document
    for (const raw of steps) {
      const key = raw.replaceAll('~1', '/').replaceAll('~0', '~')
      at = typeof at === 'object' && at !== null ? (at as Document)[key] : undefined
    }
    return at
  }

  /** A link of the document, resolved against the job's address. */
  link(
    document: Document,
    name:
      'self' | 'resultLink' | 'eventsLink' | 'cancelLink' | 'retryLink' | 'attemptsLink' | 'deliveriesLink',
    job: URL,
  ): URL {
    const link = this.get(document, name)
    expect(typeof link === 'string', `the document has no ${this.profile.pointers[name]}`)
    return new URL(link, job)
  }

  /** The status in our words. */
  statusOf(document: Document): Status | undefined {
    const given = this.get(document, 'status')
    return (Object.keys(this.profile.statuses) as Status[]).find(
      (name) => this.profile.statuses[name] === given,
    )
  }

  async poll(job: URL, request: Parameters<Target['ask']>[1] = {}): Promise<Answer> {
    return this.ask(job, request)
  }

  async read(job: URL): Promise<Document> {
    const answer = await this.ask(job)
    const fine = answer.status === 200 || (answer.status === 202 && this.profile.pollPending === 202)
    expect(fine, `GET ${job.pathname} answered ${answer.status}`)
    return answer.json()
  }

  /** Polls until the document satisfies `holds`; every document seen on the way is handed to it once. */
  async until(
    job: URL,
    what: string,
    holds: (document: Document, answer: Answer) => boolean,
    everyMs = 50,
  ): Promise<Document> {
    for (const end = Date.now() + 60_000; ;) {
      const answer = await this.ask(job)
      expect(answer.status < 300, `GET ${job.pathname} answered ${answer.status} while waiting for ${what}`)
      const document = answer.json()
      if (holds(document, answer)) return document
      expect(Date.now() < end, `waited a minute in vain for ${job.pathname} to be ${what}`)
      await sleep(everyMs)
    }
  }

  /** Waits for one status; fails at once where the job has ended otherwise. */
  reaches(job: URL, status: Status): Promise<Document> {
    return this.until(job, status, (document) => {
      const now = this.statusOf(document)
      expect(now === status || !isTerminal(now), `${job.pathname} ended ${now}, not ${status}`)
      return now === status
    })
  }

  ends(job: URL): Promise<Document> {
    return this.until(job, 'done', (document) => isTerminal(this.statusOf(document)))
  }

  async cancel(job: URL, request: Request = {}): Promise<Answer> {
    const link = this.link(await this.read(job), 'cancelLink', job)
    return this.ask(link, { method: 'POST', ...request })
  }

  /** Has the operator do something, and answers what that printed or returned. */
  async operate(name: OperatorStep, unique = ''): Promise<string> {
    const step = this.profile.operator[name]
    if (step === undefined) skip(`the profile has no operator step "${name}"`)
    if (typeof step === 'function') return String(await step(unique))
    const { stdout } = await promisify(execFile)('sh', ['-c', step.replaceAll('{{unique}}', unique)])
    return stdout.trim()
  }
}

export function isTerminal(status: Status | undefined): boolean {
  return status === 'completed' || status === 'failed' || status === 'canceled'
}
