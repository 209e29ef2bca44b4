/** A caller of the API: asks one of the processes, and has the recorder note what it asked and what came back. */
import http from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { now } from './clock.ts'
import type { Asked, RequestKind, SeenJob } from './history.ts'
import type { Member } from './member.ts'
import type { Recorder } from './recorder.ts'

export interface Wish {
  readonly name: string
  readonly task: string
  readonly key?: string
  readonly input: Readonly<Record<string, unknown>>
}

export interface Question {
  readonly kind: RequestKind
  readonly method: 'GET' | 'POST' | 'DELETE'
  readonly path: string
  readonly wish?: Wish
  readonly jobId?: string
  readonly headers?: Readonly<Record<string, string>>
}

/** Where an API is, as long as it is there. */
export type Api = Pick<Member, 'name' | 'url'>

export interface Caller {
  /** Answers what was noted, also where no answer came. Once closed it rejects, and notes nothing more. */
  ask(question: Question, member?: Api): Promise<Asked>
  close(): void
}

/** Asked after the end: what is left of a story is not told. */
export class RunOver extends Error {
  override readonly name = 'RunOver'
}

// Longer than any pause of a process, so that only who is dead gives no answer.
const PATIENCE_MS = 40_000

/** @param pick one of the APIs, for who does not care which */
export function caller(pick: () => Api, recorder: Recorder): Caller {
  const agent = new http.Agent({ keepAlive: true })
  let closed = false

  function expectOpen(): void {
    if (closed) throw new RunOver()
  }

  async function addressOf(member: Api): Promise<string> {
    for (;;) {
      expectOpen()
      const url = member.url()
      if (url !== undefined) return url
      await sleep(50)
    }
  }

  return {
    async ask(question, member = pick()) {
      const base = await addressOf(member)
      const { kind, wish, jobId } = question
      const from = now()
      const answer = await talk(agent, base, question)
      expectOpen()
      const id = jobId ?? answer.location?.split('/').at(-1)
      const asked: Asked = {
        type: 'asked',
        kind,
        api: member.name,
        from,
        to: now(),
        ...(wish ? { wish: wish.name } : {}),
        ...(wish?.key === undefined ? {} : { key: wish.key }),
        ...(id === undefined ? {} : { jobId: id }),
        ...(answer.status === undefined ? {} : { status: answer.status }),
        ...(answer.error === undefined ? {} : { error: answer.error }),
        ...(answer.retryAfter === undefined ? {} : { retryAfter: Number(answer.retryAfter) }),
        ...problemIn(answer),
        ...seenIn(answer, kind),
      }
      recorder.note(asked)
      return asked
    },
    close() {
      closed = true
      agent.destroy()
    },
  }
}

interface Answer {
  readonly status?: number
  readonly location?: string
  readonly retryAfter?: string
  readonly etag?: string
  readonly body?: string
  readonly error?: string
}

function talk(agent: http.Agent, base: string, question: Question): Promise<Answer> {
  const { method, path, wish, headers } = question
  return new Promise((resolve) => {
    const request = http.request(new URL(path, base), {
      method,
      agent,
      timeout: PATIENCE_MS,
      headers: {
        ...headers,
        ...(wish ? { 'Content-Type': 'application/json' } : {}),
        ...(wish?.key === undefined ? {} : { 'Idempotency-Key': wish.key }),
      },
    })
    request.on('timeout', () => request.destroy(new Error(`no answer for ${PATIENCE_MS / 1000} s`)))
    request.on('error', (error) => resolve({ error: error.message }))
    request.on('response', (response) => {
      let body = ''
      const { statusCode: status = 0 } = response
      const { location, etag, 'retry-after': retryAfter } = response.headers
      const done = () =>
        resolve({
          status,
          body,
          ...(location === undefined ? {} : { location }),
          ...(retryAfter === undefined ? {} : { retryAfter }),
          ...(etag === undefined ? {} : { etag }),
        })
      response.setEncoding('utf8')
      response.on('data', (text: string) => (body += text))
      response.on('end', done)
      // Cut off: what came of a stream has come; half of another answer is none.
      response.on('error', (error) =>
        question.kind === 'watch' ? done() : resolve({ error: error.message }),
      )
    })
    request.end(wish && JSON.stringify(wish.input))
  })
}

interface JobDocument {
  readonly status: string
  readonly done: boolean
  readonly result?: unknown
  readonly error?: unknown
}

/** Where it is known at which revision: of an event by its id, of a document by the tag, which begins with it. */
function seenIn({ status, etag, body = '' }: Answer, kind: RequestKind): { seen?: SeenJob } {
  if (status !== 200 || kind === 'list') return {}
  if (kind === 'watch') {
    const [, id, data] = [...body.matchAll(EVENT)].at(-1) ?? []
    return id === undefined || data === undefined ? {} : { seen: seen(id, data) }
  }
  const [, revision] = /^"(\d+)-/.exec(etag ?? '') ?? []
  return revision === undefined ? {} : { seen: seen(revision, body) }
}

function problemIn({ status = 0, body = '' }: Answer): { problem?: string } {
  if (status < 400) return {}
  const { code, detail } = JSON.parse(body) as { code: string; detail: string }
  return { problem: `${code}: ${detail}` }
}

const EVENT = /^id: (\d+)\ndata: (.*)\n\n/gm

function seen(revision: string, text: string): SeenJob {
  const { status, done, result, error } = JSON.parse(text) as JobDocument
  const end = done ? { end: JSON.stringify(result ?? error ?? null) } : {}
  return { status, revision: Number(revision), ...end }
}
