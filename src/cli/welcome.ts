/** What `acceptd serve` prints when it is ready: where things are, and three lines to paste. */
export interface Welcome {
  readonly seconds: string
  readonly role: string
  readonly host: string
  /** Undefined in a worker. */
  readonly port: number | undefined
  readonly dataDir: string | undefined
}

export function welcome({ seconds, role, host, port, dataDir }: Welcome): string {
  const data =
    dataDir === undefined ? 'the database in DATABASE_URL' : `${dataDir} (remove it to start afresh)`
  if (port === undefined) return `\nacceptd worker is ready after ${seconds} s\n\n  Data   ${data}\n`
  const url = `http://${nameOf(host)}:${port}`
  return `
acceptd ${role === 'api' ? 'API ' : ''}is ready after ${seconds} s

  API    ${url}
  Docs   ${url}/docs
  Data   ${data}

Try it: submit a job, ask how it is doing, fetch its result.

${threeCurls(url).join('\n')}
`
}

/**
 * They work one by one and all together: the first keeps the job's address, from the Location header, in $job, and the
 * last has curl wait as Retry-After says while there is no result yet.
 */
export function threeCurls(url: string): readonly [string, string, string] {
  const submit = `curl -si ${url}/tasks/word-count -H 'Content-Type: application/json' -d '{"text":"to be or not to be"}'`
  return [
    `job=$(${submit} | tee /dev/stderr | sed -n 's/^Location: //p' | tr -d '\\r')`,
    `curl -i "${url}$job"`,
    `curl -sif --retry 9 --retry-all-errors "${url}$job/result"`,
  ]
}

function nameOf(host: string): string {
  if (host === '127.0.0.1' || host === '::1' || host === '0.0.0.0' || host === '::') return 'localhost'
  return host.includes(':') ? `[${host}]` : host
}
