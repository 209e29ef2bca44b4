/** What `acceptd serve` prints when it is ready: where things are, and three lines to paste. */
export interface Welcome {
  readonly seconds: string
  readonly role: string
  readonly host: string
  /** Undefined in a worker. */
  readonly port: number | undefined
  /** Undefined with a database of one's own. */
  readonly dataDir: string | undefined
  /** What ACCEPTD_DATA_DIR said; the data are elsewhere where root's Postgres cannot get there. */
  readonly askedDir: string
  readonly tasks: readonly string[]
}

export function welcome({ seconds, role, host, port, dataDir, askedDir, tasks }: Welcome): string {
  const url = `http://${hostInUrl(host)}:${port}`
  const lines = [
    ...(port === undefined ? [] : [`API    ${url}`, `Docs   ${url}/docs`]),
    `Tasks  ${tasks.join(', ')}`,
    `Data   ${dataLine(dataDir, askedDir)}`,
  ]
  const ready = `acceptd ${PARTS[role] ?? ''} ready after ${seconds} s`
  return `\n${ready}\n\n${lines.map((line) => `  ${line}`).join('\n')}\n${port === undefined ? '' : tryIt(url, role)}`
}

const PARTS: Readonly<Record<string, string>> = {
  all: '(API and worker) is',
  api: '(API) is',
  worker: '(worker) is',
}

function dataLine(dataDir: string | undefined, askedDir: string): string {
  if (dataDir === undefined) return 'the database in DATABASE_URL'
  const reason =
    dataDir === askedDir ? '' : `, as the user who runs Postgres for root cannot enter ${askedDir}`
  return `${dataDir}${reason} (to start afresh, stop acceptd and remove it)`
}

function tryIt(url: string, role: string): string {
  const worker = role === 'api' ? ' A worker must be running, too.' : ''
  return `
Try it: submit a job, ask how it is doing, fetch its result.${worker}

${threeCurls(url).join('\n')}
`
}

/**
 * They work one by one and all together: the first keeps the job's address, from the Location header, in $job, and the
 * last has curl wait as Retry-After says while there is no result yet.
 */
function threeCurls(url: string): readonly [string, string, string] {
  const submit = `curl -si ${url}/tasks/word-count -H 'Content-Type: application/json' -d '{"text":"to be or not to be"}'`
  return [
    `job=$(${submit} | tee /dev/stderr | sed -n 's/^Location: //p' | tr -d '\\r')`,
    `curl -i "${url}$job"`,
    `curl -sif --retry 9 --retry-all-errors "${url}$job/result"`,
  ]
}

/** A name for it that this machine can call. */
export function hostInUrl(host: string): string {
  if (host === '127.0.0.1' || host === '::1' || host === '0.0.0.0' || host === '::') return 'localhost'
  return host.includes(':') ? `[${host}]` : host
}
