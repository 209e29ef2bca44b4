/** What `acceptd serve` prints when it is ready: where things are, and three lines to paste. */
import path from 'node:path'

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
  /** Whether requests need an API key. */
  readonly asksForKey: boolean
}

// Where `acceptd run` looks unless it is told otherwise.
const USUAL_URL = 'http://localhost:3000'

export function welcome(about: Welcome): string {
  const { seconds, role, host, port, dataDir, askedDir, tasks } = about
  const url = `http://${hostInUrl(host)}:${port}`
  const lines = [
    ...(port === undefined ? [] : [`API    ${url}`, `Docs   ${url}/docs`]),
    `Tasks  ${tasks.join(', ')}`,
    `Data   ${dataLine(dataDir, askedDir)}`,
  ]
  const ready = `acceptd ${PARTS[role] ?? ''} ready after ${seconds} s`
  return `\n${ready}\n\n${lines.map((line) => `  ${line}`).join('\n')}\n${port === undefined ? '' : tryIt(url, about)}`
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

function tryIt(url: string, { role, asksForKey }: Welcome): string {
  const worker = role === 'api' ? ' A worker must be running, too.' : ''
  const key = asksForKey ? ' First export ACCEPTD_API_KEY, a key of ACCEPTD_API_KEYS without its name.' : ''
  const elsewhere = url === USUAL_URL ? '' : ` --url ${url}`
  return `
Try it: submit a job, ask how it is doing, fetch its result.${worker}${key}

${threeCurls(url, asksForKey).join('\n')}

Or all of it at once:

${commandName()} run word-count '{"text":"to be or not to be"}'${elsewhere}
`
}

/**
 * They work one by one and all together, in any shell: the second finds the job's id in the Location that the first has
 * shown, which is an address elsewhere where ACCEPTD_PUBLIC_URL is set, and the last has curl wait as Retry-After says
 * while there is no result yet. None shows a key, as logs keep what is printed.
 */
function threeCurls(url: string, asksForKey: boolean): readonly [string, string, string] {
  const key = asksForKey ? ' -H "Authorization: Bearer $ACCEPTD_API_KEY"' : ''
  const submit = `curl -sSi ${url}/tasks/word-count${key} -H 'Content-Type: application/json' -d '{"text":"to be or not to be"}'`
  return [
    `answer=$(${submit}); echo "$answer"`,
    `job=${url}/jobs/$(echo "$answer" | sed -n 's#^Location:.*/jobs/\\([0-9a-f-]*\\).*#\\1#p'); curl -i "$job"${key}`,
    `curl -sif --retry 9 --retry-all-errors "$job/result"${key}`,
  ]
}

/** In a checkout there is no `acceptd` to call. */
function commandName(): string {
  return import.meta.dirname.split(path.sep).includes('node_modules') ? 'npx acceptd' : 'node bin/acceptd.js'
}

/** A name for it that this machine can call. */
export function hostInUrl(host: string): string {
  if (host === '127.0.0.1' || host === '::1' || host === '0.0.0.0' || host === '::') return 'localhost'
  return host.includes(':') ? `[${host}]` : host
}
