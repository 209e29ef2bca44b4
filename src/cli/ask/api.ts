/** The API that a command asks: its client, what is known of the way there, and how to name further commands for it. */
import { baseOf, addressOf } from '../../client/address.ts'
import { client, type Client } from '../../client/client.ts'
import type { Line } from '../../client/exchange.ts'
import { patienceFor } from '../../client/patience.ts'
import { destinationFrom, environment, type Destination } from '../../config.ts'
import { hostInUrl } from '../welcome.ts'
import { interruptSignal } from './interrupt.ts'
import { quoted } from './quoted.ts'
import { UsageError } from './usage-error.ts'
import { watchedFetch, type Way } from './way.ts'

export interface Api {
  readonly client: Client<Record<string, { input: unknown; output: unknown }>>
  /** With a slash at its end. */
  readonly url: string
  readonly hasKey: boolean
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal
  readonly way: Way
  /** For what the client has no call for. */
  readonly line: Line
  /** The id in an id or an address. @throws UsageError */
  idIn(job: string): string
  /** `acceptd status <id>`, as it has to be written to ask the same API; without the key, which is nobody's to see. */
  command(...words: readonly string[]): string
}

/** As they are given on the command line. */
export interface AskOptions {
  readonly url?: string
  readonly apiKey?: string
}

// Nobody should wait for a minute to learn of a typo.
export const RETRY_SECONDS = 10
// For an answer that takes no work: an API that takes this long is not there.
export const ANSWER_SECONDS = 20
/** A wait may meet with an API that is started anew. */
export const RETRY_SECONDS_IN_WAIT = 120

/** @throws ConfigError, UsageError */
export function apiFor({ url: asked, apiKey: given }: AskOptions, retrySeconds = RETRY_SECONDS): Api {
  const destination = destinationFrom(environment())
  const apiKey = given ?? destination.apiKey
  if (apiKey !== undefined && !/^[\x21-\x7e]+$/.test(apiKey))
    throw new UsageError('--api-key must be printable ASCII, without blanks')
  const url = baseOf(asked ?? addressIn(destination))
  const signal = interruptSignal()
  const { fetch, way } = watchedFetch()
  const options = { signal, retrySeconds }
  return {
    client: client({ url, apiKey, fetch, ...options }),
    url,
    hasKey: apiKey !== undefined,
    signal,
    way,
    line: {
      fetch,
      headers: {
        Accept: 'application/json',
        ...(apiKey === undefined ? {} : { Authorization: `Bearer ${apiKey}` }),
      },
      patience: patienceFor(options),
    },
    idIn(job) {
      const id = idIfAny(url, job)
      if (id === undefined)
        throw new UsageError(`"${job}" is neither the id of a job nor an address at ${url}`)
      return id
    },
    command: (...words) => {
      const elsewhere = asked === undefined ? [] : ['--url', quoted(asked)]
      return ['acceptd', ...words, ...elsewhere].join(' ')
    },
  }
}

/** That of this machine, as it would call itself, where none is set. */
export function addressIn({ url, host, port }: Destination): string {
  return url ?? `http://${hostInUrl(host)}:${port}`
}

function idIfAny(base: string, job: string): string | undefined {
  try {
    const address = addressOf(base, job)
    // Those of its result or its events will do as well.
    const [, id] = /\/jobs\/([^/]+)(?:\/[^/]*)?$/.exec(address) ?? []
    return id === undefined ? undefined : decodeURIComponent(id)
  } catch {
    return undefined
  }
}
