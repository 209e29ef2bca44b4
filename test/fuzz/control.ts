/** Tells a slow machine from a slow server: how long a request took to a process that does next to nothing. */
import { spawn } from 'node:child_process'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

export interface Control {
  /** Whether the machine was slow at some time in between, on the clock of performance.now(). */
  wasSlow(from: number, to: number): boolean
  readonly slowest: () => number
  stop(): Promise<void>
}

// A tenth of the second that the server has: one that waits so long for the machine may wait a few times.
const SLOW_MS = 100
const EVERY_MS = 50

export async function startControl(folder: string): Promise<Control> {
  const program = path.join(import.meta.dirname, 'control-process.ts')
  const child = spawn(process.execPath, [program, path.join(folder, 'control')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const [port] = (await child.stdout.take(1).toArray()) as [Buffer]
  const slow: { from: number; to: number }[] = []
  let slowest = 0
  let going = true
  const probing = (async () => {
    while (going) {
      const from = performance.now()
      // It fails where all stood still for so long that the connection was given up.
      const answered = await probe(`http://127.0.0.1:${port.toString().trim()}/`)
      const to = performance.now()
      slowest = Math.max(slowest, to - from)
      if (!answered || to - from > SLOW_MS) slow.push({ from, to })
      await sleep(EVERY_MS)
    }
  })()
  return {
    wasSlow: (from, to) => slow.some((time) => time.from < to && time.to > from),
    slowest: () => slowest,
    async stop() {
      going = false
      await probing
      child.stdin.end()
    },
  }
}

function probe(url: string): Promise<boolean> {
  return fetch(url)
    .then((answer) => answer.arrayBuffer())
    .then(
      () => true,
      () => false,
    )
}
