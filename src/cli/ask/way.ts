/** How the requests of a command fare on their way: whether nobody answers just now, and whether one may have been lost. */

/** What is known of the way to the API. */
export interface Way {
  /** A request may have arrived whose answer did not. */
  readonly isDoubtful: boolean
  /** Told the reason when nobody answers, and undefined when somebody does again. */
  onTrouble: ((reason: string | undefined) => void) | undefined
}

const FIRST_OF_THE_SERVER = 500

export function watchedFetch(): { readonly fetch: typeof fetch; readonly way: Way } {
  const way = { isDoubtful: false, onTrouble: undefined as Way['onTrouble'] }
  const watched: typeof fetch = async (url, init) => {
    try {
      const response = await fetch(url, init)
      const isRefused = response.status >= FIRST_OF_THE_SERVER
      way.isDoubtful ||= isRefused
      way.onTrouble?.(isRefused ? `status ${response.status}` : undefined)
      return response
    } catch (error) {
      way.isDoubtful ||= !isBeforeTheRequest(error)
      if (init?.signal?.aborted !== true) way.onTrouble?.(reasonOf(error))
      throw error
    }
  }
  return { fetch: watched, way }
}

const WORDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'the connection broke off',
  UND_ERR_SOCKET: 'the connection broke off',
  ENOTFOUND: 'there is no host of this name',
  EAI_AGAIN: 'the name of the host cannot be looked up just now',
  EHOSTUNREACH: 'there is no way to this host',
  ENETUNREACH: 'there is no way to this network',
  ETIMEDOUT: 'the connection took too long',
  UND_ERR_CONNECT_TIMEOUT: 'the connection took too long',
  EPROTO: 'it does not speak TLS',
  ERR_SSL_WRONG_VERSION_NUMBER: 'it does not speak TLS',
}

// Nobody was there to take it.
const BEFORE_THE_REQUEST: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
])

/** What a person calls it that a request failed. */
export function reasonOf(error: unknown): string {
  const inner = innermost(error)
  const code = codeOf(inner)
  return WORDS[code] ?? (inner.message || code || 'no answer')
}

function isBeforeTheRequest(error: unknown): boolean {
  return BEFORE_THE_REQUEST.has(codeOf(innermost(error)))
}

/** Fetch and the client put errors of their own around what happened. */
function innermost(error: unknown): Error {
  if (!(error instanceof Error)) return new Error(String(error))
  return error.cause instanceof Error ? innermost(error.cause) : error
}

function codeOf(error: Error): string {
  const { code } = error as NodeJS.ErrnoException
  return typeof code === 'string' ? code : ''
}
