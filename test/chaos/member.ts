/** One process of acceptd, started again whenever it ends, as a supervisor would. */
import { spawn, type ChildProcess } from 'node:child_process'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { now } from './clock.ts'
import type { Recorder } from './recorder.ts'

const ROOT = path.join(import.meta.dirname, '../..')
const BIN = path.join(ROOT, 'bin/acceptd.js')
const PRELOAD = path.join(import.meta.dirname, 'preload.ts')

export interface Member {
  readonly name: string
  readonly role: 'api' | 'worker'
  /** Of its API, since it was last ready; absent while it is not. */
  url(): string | undefined
  /** Whether it serves now. */
  isReady(): boolean
  /** Sends a signal to it as it is now; false where there is no process. */
  signal(signal: NodeJS.Signals): boolean
  /** Has it killed when it next comes by the point; resolves when that has happened, or false when it has not in the time. */
  killAt(point: string, withinMs: number): Promise<boolean>
  /** How often it has been started. */
  starts(): number
  /** Resolves when it serves and has been started that often. */
  untilStart(number: number): Promise<void>
  /** For good. */
  stop(): Promise<void>
}

export interface MemberOptions {
  readonly name: string
  readonly role: 'api' | 'worker'
  readonly databaseUrl: string
  readonly folder: string
  readonly recorder: Recorder
  /** Of each start anew. */
  readonly environment: () => Readonly<Record<string, string>>
}

// A process that ends as soon as it has started is not started again at once.
const PAUSE_MS = 100
// How many lines of what it printed are kept, for when it ends unexpectedly.
const LAST_WORDS = 30

export function startMember(options: MemberOptions): Member {
  const { name, role, recorder } = options
  let child: ChildProcess | undefined
  let url: string | undefined
  let ready = false
  let expected = false
  let stopped = false
  let starts = 0
  const running = run()

  async function run(): Promise<void> {
    while (!stopped) {
      await live()
      if (!stopped) await sleep(PAUSE_MS)
    }
  }

  async function live(): Promise<void> {
    const own = launch(options)
    child = own
    expected = false
    starts++
    const pid = own.pid ?? 0
    recorder.note({ type: 'life', member: name, pid, at: now(), event: 'started' })
    const printed: string[] = []
    const read = (line: string) => {
      printed.push(line)
      if (printed.length > LAST_WORDS) printed.shift()
      if (ready || !line.includes('"acceptd is ready"')) return
      const { port } = JSON.parse(line) as { port?: number }
      url = port === undefined ? undefined : `http://127.0.0.1:${port}`
      ready = true
      recorder.note({ type: 'life', member: name, pid, at: now(), event: 'ready' })
    }
    for (const stream of [own.stdout, own.stderr])
      if (stream) createInterface({ input: stream }).on('line', read)
    const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve) => {
      own.on('close', (...ended) => resolve(ended))
    })
    ready = false
    url = undefined
    const detail = `ended with ${code ?? signal}${expected || stopped ? '' : `; its last words:\n${printed.join('\n')}`}`
    recorder.note({
      type: 'life',
      member: name,
      pid,
      at: now(),
      event: 'exited',
      expected: expected || stopped,
      detail,
    })
  }

  async function untilStart(number: number): Promise<void> {
    while ((starts < number || !ready) && !stopped) await sleep(20)
  }

  return {
    name,
    role,
    url: () => url,
    isReady: () => ready,
    signal(signal) {
      if (signal !== 'SIGSTOP' && signal !== 'SIGCONT') expected = true
      return child?.kill(signal) ?? false
    },
    async killAt(point, withinMs) {
      const own = child
      if (!own?.connected) return false
      expected = true
      const gone = new Promise<boolean>((resolve) => {
        own.once('exit', () => resolve(true))
      })
      tell(own, point)
      if (await Promise.race([gone, sleep(withinMs).then(() => false)])) return true
      // Until it has heard that it need not be, it may still be killed.
      const heard = new Promise<boolean>((resolve) => {
        own.on('message', (armed) => {
          if (armed === '') resolve(false)
        })
      })
      tell(own, '')
      const killed = await Promise.race([gone, heard])
      if (!killed) expected = false
      return killed
    },
    starts: () => starts,
    untilStart,
    async stop() {
      stopped = true
      child?.kill('SIGCONT')
      child?.kill('SIGTERM')
      await running
    },
  }
}

/** Whoever is ending cannot be told, and need not be. */
function tell(child: ChildProcess, point: string): void {
  if (child.connected) child.send({ arm: point }, () => undefined)
}

function launch({ role, databaseUrl, folder, recorder, environment }: MemberOptions): ChildProcess {
  return spawn(process.execPath, ['--import', PRELOAD, BIN, 'serve'], {
    cwd: folder,
    env: {
      PATH: process.env['PATH'] ?? '',
      PORT: '0',
      DATABASE_URL: databaseUrl,
      ACCEPTD_ROLE: role,
      ACCEPTD_TASKS: path.join(import.meta.dirname, 'tasks'),
      ACCEPTD_GRACE_SECONDS: '1',
      ACCEPTD_CONCURRENCY: '50',
      CHAOS_LEDGER: recorder.ledger,
      // It then waits for a database that is away when it starts.
      NODE_ENV: 'production',
      ...environment(),
    },
    // The fourth is the line by which points are armed.
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
}
