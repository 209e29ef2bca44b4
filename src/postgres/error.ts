/** The one error this room throws at the operator: what is wrong, and what to do about it. */

export class EmbeddedPostgresError extends Error {
  override readonly name = 'EmbeddedPostgresError'

  /**
   * `problem` and `wayOn` are sentences without their full stop, except that a problem may end in quoted lines. A
   * Postgres of one's own is always one way on.
   */
  constructor(problem: string, wayOn: string, options?: ErrorOptions) {
    const stop = problem.endsWith('\n') ? '' : '. '
    super(`${problem}${stop}${wayOn}, or set DATABASE_URL to a Postgres of your own.`, options)
  }
}

/** What the operating system says, without the call and the path that Node adds: `EACCES: permission denied`. */
export function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error)
  return message.split(', ')[0] ?? message
}

/** Lines of somebody else, set off from our own words. */
export function quote(lines: string): string {
  return `\n  ${lines.trim().split('\n').slice(-10).join('\n  ')}\n`
}

export function codeOf(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return typeof code === 'string' ? code : undefined
}
