/** Processes that the bench starts, and ends. */
import { fork, spawn, type ChildProcess } from 'node:child_process'
import path from 'node:path'

// Then it is no longer asked but killed.
const PATIENCE_MS = 20_000

const BENCH = path.join(import.meta.dirname, '..')

type Environment = Readonly<Record<string, string>>

/** One of programs/, with nothing of this environment but PATH. */
export function startProgram(name: string, env: Environment): ChildProcess {
  return fork(path.join(BENCH, 'programs', `${name}.ts`), [], {
    env: { PATH: process.env['PATH'], NODE_ENV: 'production', ...env },
    execArgv: ['--import', path.join(BENCH, 'programs', 'end-with-parent.ts')],
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  })
}

export function startCommand(command: string, args: readonly string[], env: Environment = {}): ChildProcess {
  return spawn(command, args, {
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
}

/** The first message of this child; rejects if it ends before. */
export async function firstMessage<T>(child: ChildProcess): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>()
  const failed = () =>
    reject(new Error(`${child.spawnargs.at(-1)} ended with ${child.exitCode ?? child.signalCode}`))
  child.once('message', (message) => resolve(message as T))
  child.once('exit', failed)
  child.once('error', reject)
  try {
    return await promise
  } finally {
    child.off('exit', failed)
  }
}

export async function endChild(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  const { promise, resolve } = Promise.withResolvers<void>()
  child.once('exit', () => resolve())
  const killing = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS)
  child.kill('SIGTERM')
  await promise
  clearTimeout(killing)
}
