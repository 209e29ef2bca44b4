/** Ctrl-C: ends what the command waits for, so that it can say what goes on without it. */

export class Interrupted extends Error {
  override readonly name = 'Interrupted'
}

// npm, and the process that stands in for an old Node, pass Ctrl-C on while the terminal sends it too.
const ECHO_MS = 500

/** Aborted by the first Ctrl-C. The second ends the process at once, whatever it is at. */
export function interruptSignal(): AbortSignal {
  const controller = new AbortController()
  let firstAt = 0
  const onInterrupt = () => {
    if (!controller.signal.aborted) {
      firstAt = performance.now()
      controller.abort(new Interrupted())
    } else if (performance.now() - firstAt > ECHO_MS) {
      // As if nobody had listened; a shell makes 130 of that. To exit would wait for a file that is being read, and may hang.
      process.off('SIGINT', onInterrupt)
      process.kill(process.pid, 'SIGINT')
    }
  }
  process.on('SIGINT', onInterrupt)
  return controller.signal
}
