/** `--where` of `acceptd retry` and `acceptd delete`: has the API do it, until there is nothing more to do. */
import { documentOf, exchange } from '../../client/exchange.ts'
import { EXIT } from '../exit-codes.ts'
import { print } from '../output.ts'
import type { Api } from './api.ts'
import { explain } from './explain.ts'
import type { Filters } from './where.ts'

export interface ManyJobs {
  readonly verb: 'retry' | 'delete'
  readonly where: Filters
  readonly dryRun: boolean
}

const WORDS = {
  retry: { member: 'retried', done: 'run again' },
  delete: { member: 'deleted', done: 'deleted' },
} as const

type Answer = Readonly<Record<string, unknown>>

/** Returns the exit code. */
export async function manyJobs(api: Api, { verb, where, dryRun }: ManyJobs): Promise<number> {
  const { member, done: word } = WORDS[verb]
  const query = new URLSearchParams(where.map(([name, value]): [string, string] => [name, value]))
  let total = 0
  try {
    if (dryRun) {
      query.set('dryRun', 'true')
      const { matched, more } = await post(api, verb, query)
      print(`${more === true ? 'More than ' : ''}${jobs(Number(matched))} would be ${word}.`)
      return EXIT.fine
    }
    for (let going: URLSearchParams | undefined = query; going;) {
      const answer = await post(api, verb, going)
      const count = Number(answer[member])
      total += count
      going = queryOf(answer['next'])
      if (going) print(`${jobs(total)} ${word} so far.`)
      // Or a server that makes no headway would be asked for ever.
      if (going && count === 0) {
        print('The API could do no more of them just now; the same command again goes on.')
        return EXIT.failed
      }
    }
    print(`${jobs(total)} ${word}.`)
    return EXIT.fine
  } catch (error) {
    const code = explain(error, api)
    if (total > 0) print(`${jobs(total)} ${word} before that; the same command again goes on.`)
    return code
  }
}

/** Sent again where an answer was lost: what was done by then is not named any more. */
function post({ line, url }: Api, verb: string, query: URLSearchParams): Promise<Answer> {
  return exchange(line, `${url}jobs/${verb}?${query.toString()}`, { method: 'POST' }, documentOf<Answer>)
}

/** Of the link alone: its address may be that of a proxy, and the key is for the one that was named. */
function queryOf(next: unknown): URLSearchParams | undefined {
  return typeof next === 'string' ? new URL(next, 'http://localhost').searchParams : undefined
}

function jobs(count: number): string {
  return count === 1 ? '1 job' : `${count} jobs`
}
