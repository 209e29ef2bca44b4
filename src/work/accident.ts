/** What the log needs a stack for: not what a task says on purpose, nor an abort it was asked for. */
export function accidentIn(thrown: unknown): unknown {
  try {
    // Never true of a proxy, which might throw at the next look.
    if (!Error.isError(thrown)) return thrown
    if (thrown.name === 'TaskError') return thrown.cause
    return thrown.name === 'AbortError' ? undefined : thrown
  } catch {
    return thrown
  }
}
