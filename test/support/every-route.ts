/** One request to each route that needs the database, with what they were answered. */

export interface Answered {
  readonly request: string
  readonly status: number
  readonly retryAfter: string | null
  readonly ms: number
}

const JSON_BODY = { 'Content-Type': 'application/json' }

/** @param location of a job that there is, or was */
export function askEveryRoute(url: string, location: string): Promise<Answered[]> {
  const key = crypto.randomUUID()
  const ask = async (method: string, path: string, headers: Record<string, string> = {}) => {
    const body = method === 'POST' && path.startsWith('/tasks/') ? { body: '{}' } : {}
    const began = performance.now()
    const response = await fetch(url + path, { method, headers: { ...JSON_BODY, ...headers }, ...body })
    await response.body?.cancel()
    const ms = performance.now() - began
    const { status } = response
    return { request: `${method} ${path}`, status, retryAfter: response.headers.get('Retry-After'), ms }
  }
  return Promise.all([
    ask('POST', '/tasks/ok'),
    ask('POST', '/tasks/ok', { 'Idempotency-Key': key }),
    ask('POST', '/tasks/ok', { Prefer: 'wait=1' }),
    ask('GET', '/jobs'),
    ask('GET', location),
    ask('GET', location, { Prefer: 'wait=1' }),
    ask('GET', `${location}/result`),
    ask('GET', `${location}/attempts`),
    ask('GET', `${location}/events`),
    ask('POST', `${location}/cancel`),
    ask('POST', `${location}/retry`),
    ask('DELETE', location),
  ])
}
