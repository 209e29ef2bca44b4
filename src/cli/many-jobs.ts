/** `acceptd retry` and `acceptd delete`: has a running API do it, until there is nothing more to do. */
import { post, Refused, Unreachable, type ApiAddress } from './ask-api.ts'
import { say } from './tell.ts'
import type { Filters } from './where.ts'

export interface ManyJobs extends ApiAddress {
  readonly verb: 'retry' | 'delete'
  readonly where: Filters
  readonly dryRun: boolean
}

const WORDS = {
  retry: { member: 'retried', done: 'run again' },
  delete: { member: 'deleted', done: 'deleted' },
} as const

const REFUSED = 1
const UNREACHABLE = 4

export async function manyJobsAndTell({ verb, where, dryRun, ...address }: ManyJobs): Promise<void> {
  const { member, done: word } = WORDS[verb]
  const query = new URLSearchParams()
  for (const [name, value] of where) query.append(name, value)
  const path = `/jobs/${verb}`
  let total = 0
  try {
    if (dryRun) {
      query.set('dryRun', 'true')
      const { matched, more } = await post(address, `${path}?${query.toString()}`)
      const most = more === true ? 'More than ' : ''
      return say(`${most}${jobs(Number(matched))} would be ${word}.`)
    }
    for (let going: URLSearchParams | undefined = query; going;) {
      const answer = await post(address, `${path}?${going.toString()}`)
      const count = Number(answer[member])
      total += count
      going = queryOf(answer['next'])
      if (going) say(`${jobs(total)} ${word} so far.`)
      // Or a server that makes no headway would be asked for ever.
      if (going && count === 0) throw new Refused('The API could do no more of them just now')
    }
    say(`${jobs(total)} ${word}.`)
  } catch (error) {
    if (!(error instanceof Refused || error instanceof Unreachable)) throw error
    process.stderr.write(`${error.message}\n`)
    if (total > 0) say(`${jobs(total)} ${word} before that; the same command again goes on.`)
    process.exitCode = error instanceof Refused ? REFUSED : UNREACHABLE
  }
}

/** Of the link alone: its address may be that of a proxy, and the key is for the one that was named. */
function queryOf(next: unknown): URLSearchParams | undefined {
  return typeof next === 'string' ? new URL(next, 'http://localhost').searchParams : undefined
}

function jobs(count: number): string {
  return count === 1 ? '1 job' : `${count} jobs`
}
