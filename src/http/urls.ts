/** Where things are. Path-absolute, so that they hold behind any proxy, unless a public base URL is configured. */
export interface Urls {
  /** What all of them begin with; empty at the root. */
  readonly base: string
  job(id: string): string
  result(id: string): string
  events(id: string): string
  attempts(id: string): string
  deliveries(id: string): string
  redeliver(id: string, delivery: string): string
  cancel(id: string): string
  retry(id: string): string
  jobs(query: URLSearchParams): string
  /** Where something is done to all that the query names. */
  manyJobs(verb: 'retry' | 'delete', query: URLSearchParams): string
  task(name: string): string
  problem(code: string): string
}

/**
 * Never from Host or X-Forwarded-Host: a client could then have us hand out links to a host of its choosing.
 * @param start the public URL, or a path
 */
export function urlsBelow(start: string | undefined): Urls {
  const base = start?.replace(/\/+$/, '') ?? ''
  return {
    base,
    job: (id) => `${base}/jobs/${id}`,
    result: (id) => `${base}/jobs/${id}/result`,
    events: (id) => `${base}/jobs/${id}/events`,
    deliveries: (id) => `${base}/jobs/${id}/deliveries`,
    redeliver: (id, delivery) => `${base}/jobs/${id}/deliveries/${delivery}/redeliver`,
    attempts: (id) => `${base}/jobs/${id}/attempts`,
    cancel: (id) => `${base}/jobs/${id}/cancel`,
    retry: (id) => `${base}/jobs/${id}/retry`,
    jobs: (query) => `${base}/jobs${query.size > 0 ? `?${query.toString()}` : ''}`,
    manyJobs: (verb, query) => `${base}/jobs/${verb}?${query.toString()}`,
    task: (name) => `${base}/tasks/${name}`,
    problem: (code) => `${base}/problems/${code}`,
  }
}
