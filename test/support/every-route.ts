/** One request to each route that needs the database, with what they were answered. */

export interface Answered {
  readonly request: string
  /** 0 where there was no answer. */
  readonly status: number
  readonly retryAfter: string | null
  /** Of what was accepted. */
  readonly location: string | null
  /** Beyond what the client asked to wait for. */
  readonly ms: number
}

/** @param location of a job that there is, or was */
export function askEveryRoute(url: string, location: string): Promise<Answered[]> {
  const wait = { Prefer: 'wait=1' }
  return Promise.all([
    ask(url, 'POST', '/tasks/ok'),
    ask(url, 'POST', '/tasks/ok', { 'Idempotency-Key': crypto.randomUUID() }),
    ask(url, 'POST', '/tasks/ok', wait),
    ask(url, 'GET', '/jobs'),
    ask(url, 'GET', '/endpoints'),
    // Of a task that is not there: those of whoever asks are not to go.
    ask(url, 'POST', '/jobs/retry?task=nobody'),
    ask(url, 'POST', '/jobs/delete?status=completed&task=nobody'),
    ask(url, 'POST', '/jobs/retry?dryRun=true'),
    ask(url, 'GET', location),
    ask(url, 'GET', location, wait),
    ask(url, 'GET', `${location}/result`),
    ask(url, 'GET', `${location}/attempts`),
    ask(url, 'GET', `${location}/deliveries`),
    ask(url, 'POST', `${location}/deliveries/${crypto.randomUUID()}/redeliver`),
    ask(url, 'GET', `${location}/events`),
    ask(url, 'POST', `${location}/cancel`),
    ask(url, 'POST', `${location}/retry`),
    ask(url, 'DELETE', location),
  ])
}

export async function ask(
  url: string,
  method: string,
  path: string,
  headers: Record<string, string> = {},
): Promise<Answered> {
  const body = path.startsWith('/tasks/') ? { body: '{}' } : {}
  const began = performance.now()
  const request = `${method} ${path}`
  const json = { 'Content-Type': 'application/json' }
  const response = await fetch(url + path, { method, headers: { ...json, ...headers }, ...body }).catch(
    () => undefined,
  )
  const ms = performance.now() - began
  if (!response) return { request, status: 0, retryAfter: null, location: null, ms }
  await response.body?.cancel().catch(() => undefined)
  const waited = response.headers.get('Preference-Applied')?.includes('wait') ? 1000 : 0
  return {
    request,
    status: response.status,
    retryAfter: response.headers.get('Retry-After'),
    location: response.status === 202 || method === 'POST' ? response.headers.get('Location') : null,
    ms: Math.max(0, ms - waited),
  }
}
