/** acceptd as a process of its own, so that what is measured is not also what measures. */
import { spawn } from 'node:child_process'
import path from 'node:path'

const ROOT = path.join(import.meta.dirname, '../..')

export interface ServerProcess {
  readonly pid: number
  /** Of its API; a worker has none, and throws. */
  readonly url: () => URL
  /** All that it has printed so far, its log above all. */
  readonly printed: () => string
  stop(): Promise<void>
}

/** Starts `acceptd serve` with nothing of this environment but PATH, and waits until it says that it is ready. */
export async function startServer(
  databaseUrl: string,
  cwd: string,
  settings: Readonly<Record<string, string>>,
): Promise<ServerProcess> {
  const child = spawn(process.execPath, [path.join(ROOT, 'bin/acceptd.js'), 'serve'], {
    cwd,
    env: {
      PATH: process.env['PATH'] ?? '',
      PORT: '0',
      DATABASE_URL: databaseUrl,
      ACCEPTD_GRACE_SECONDS: '1',
      LOG_LEVEL: 'warn',
      ...settings,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exited = new Promise<void>((resolve) => {
    child.once('exit', () => resolve())
  })
  let printed = ''
  await new Promise<void>((resolve, reject) => {
    child.stdout.on('data', (bytes: Buffer) => {
      printed += bytes.toString()
      // The last line of what it says then, but for an API's examples.
      if (/^ +Data +\S/m.test(printed)) resolve()
    })
    child.once('error', reject)
    void exited.then(() => reject(new Error(`acceptd did not start:\n${printed}`)))
  })
  const api = /API +(http:\S+)/.exec(printed)?.[1]
  return {
    pid: child.pid ?? 0,
    printed: () => printed,
    url() {
      if (api === undefined) throw new Error('this process has no API')
      return new URL(api)
    },
    async stop() {
      child.kill('SIGTERM')
      await exited
    },
  }
}
