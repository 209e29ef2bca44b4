/** Tells "the database cannot answer just now" from "the statement is wrong". */

// SQLSTATE classes and codes (PostgreSQL, Appendix A): connection exceptions, insufficient resources, the server going
// down or coming up, a standby that has not been promoted, and losers of a deadlock or serialisation conflict.
const TRANSIENT_CLASSES = ['08', '53', '57P']
const DEADLOCK_CODES = new Set(['40001', '40P01'])
const READ_ONLY = '25006'
const TRANSIENT_CODES = new Set([READ_ONLY, '57014', ...DEADLOCK_CODES])
// From the socket, before Postgres has a say; the last four where this machine has no more of them.
const SOCKET_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EMFILE',
  'ENFILE',
  'ENOBUFS',
  'EADDRNOTAVAIL',
])
// pg throws these without a code, and kysely the last one: of a connection that it could not roll back on.
const MESSAGES =
  /^(Connection terminated|timeout exceeded when trying to connect|timeout expired|Client (has encountered a connection error|was closed)|Query read timeout|Postgres connection has been discarded)/

/** True where the same call may succeed a little later and nothing about it is wrong. */
export function isOutage(error: unknown): boolean {
  if (error instanceof AggregateError) return error.errors.some(isOutage)
  if (!(error instanceof Error)) return false
  const code = codeOf(error)
  if (code === undefined) return MESSAGES.test(error.message)
  return (
    SOCKET_CODES.has(code) ||
    // A Unix socket that is not there: the server is stopped, or starting.
    (code === 'ENOENT' && 'syscall' in error && error.syscall === 'connect') ||
    TRANSIENT_CODES.has(code) ||
    TRANSIENT_CLASSES.some((start) => code.startsWith(start))
  )
}

/** Nothing was heard of the database for longer than anybody should wait. */
export class Silence extends Error {
  override readonly name = 'Silence'
  readonly code = 'ETIMEDOUT'
}

/** The server takes no writes: it is a standby, or was made one. */
export function isReadOnly(error: unknown): boolean {
  return codeOf(error) === READ_ONLY
}

/** Another transaction was in the way: of two that waited for each other one had to give way, or it held a row for long. */
export function isConflict(error: unknown): boolean {
  return isLockTimeout(error) || isDeadlock(error)
}

/** Lost to another transaction, and nothing was done: as good as not yet sent. */
export function isDeadlock(error: unknown): boolean {
  return DEADLOCK_CODES.has(codeOf(error) ?? '')
}

/** Waited for a row longer than lock_timeout. */
export function isLockTimeout(error: unknown): boolean {
  return codeOf(error) === '55P03'
}

/** A statement said of itself that it is not to happen (acceptd.refuse in our migrations). */
export function isRefusal(error: unknown): boolean {
  return codeOf(error) === 'ZA001'
}

/** May be the fault of one row of many, who would then be without it: a value, a lock, or two that wait for each other. */
export function isOnesFault(error: unknown): boolean {
  return !isOutage(error) || isDeadlock(error)
}

/** The database will never take this value: a data exception (class 22). */
export function isRefusedValue(error: unknown): boolean {
  return codeOf(error)?.startsWith('22') ?? false
}

/** More than fits: a limit of Postgres (class 54, and one that it knows no code for), or of V8, on the way there. */
export function isTooLarge(error: unknown): boolean {
  const code = codeOf(error)
  if (code === 'XX000') return (error as Error).message.startsWith('invalid memory alloc request size')
  if (code === undefined) return error instanceof RangeError && error.message === 'Invalid string length'
  return code.startsWith('54') || code === 'ERR_STRING_TOO_LONG'
}

function codeOf(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return typeof code === 'string' ? code : undefined
}
