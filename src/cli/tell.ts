/** What a person at a terminal is told, and with which exit code. */
import { ConfigError } from '../config.ts'
import { TaskFileError } from '../load-tasks.ts'
import { EmbeddedPostgresError } from '../postgres/error.ts'
import { isOutage } from '../store/outage.ts'

export function say(line: string): void {
  process.stdout.write(`${line}\n`)
}

/** One sentence for what the person can mend; the stack only for what is our own fault. Returns the exit code. */
export function tell(error: unknown): number {
  process.stderr.write(`${sentenceFor(error)}\n`)
  return 1
}

function sentenceFor(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const known = [ConfigError, TaskFileError, EmbeddedPostgresError].some((kind) => error instanceof kind)
  if (known) return error.message
  return forSystemError(error) ?? error.stack ?? error.message
}

function forSystemError(error: Error): string | undefined {
  const inner: unknown = error instanceof AggregateError ? error.errors[0] : error
  const { code, port, address, syscall } = inner as NodeJS.ErrnoException & {
    port?: number
    address?: string
  }
  const at = `${address}:${port}`
  if (code === 'EADDRINUSE')
    return `${at} is taken by another program. Stop that one, or set PORT to another.`
  if (code === 'EACCES' && syscall === 'listen')
    return `This user may not listen on ${at}. Choose a PORT above 1023.`
  if (code === 'EADDRNOTAVAIL') return `${at} is not an address of this machine. Set HOST to one that is.`
  if (code === 'ECONNREFUSED')
    return `The database at ${at} refuses connections. Is it running, and is DATABASE_URL right?`
  if (code === 'ENOTFOUND' && syscall === 'getaddrinfo')
    return 'The host in DATABASE_URL cannot be found. Is it spelled right?'
  // Postgres: class 28, not allowed in; 3D000, no such database.
  if (typeof code === 'string' && /^(28\d\d\d|28P01|3D000)$/.test(code)) {
    return `The database does not let us in: ${error.message}. Is DATABASE_URL right?`
  }
  // Undefined table or schema.
  if (code === '42P01' || code === '3F000')
    return 'The database has no acceptd tables yet. Run: acceptd migrate up'
  // Undefined column or function.
  if (code === '42703' || code === '42883')
    return 'The database has the tables of an older acceptd. Run: acceptd migrate up'
  if (code === '42501')
    return `The database does not let us make our tables: ${error.message}. Grant that, or migrate as another user.`
  if (code === 'ERR_INVALID_URL') return 'DATABASE_URL is not a URL.'
  if (isOutage(error)) return `The database cannot be reached: ${error.message}`
  return undefined
}
