/** acceptd as a process of its own, as an operator starts it. */
import { spawn, type ChildProcess } from 'node:child_process'
import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { onTestFinished } from 'vitest'
import { FIXTURE_TASKS } from './house.ts'
import { until } from './until.ts'

const BIN = path.join(import.meta.dirname, '../../bin/acceptd.js')

export interface Running {
  readonly process: ChildProcess
  readonly pid: number
  /** Everything it has printed so far, both streams. */
  output(): string
  /** Resolves with the exit code, or the signal that ended it. */
  readonly exited: Promise<number | NodeJS.Signals>
}

export interface Serving extends Running {
  readonly url: string
}

type Env = Readonly<Record<string, string>>

export interface Where {
  /** The `acceptd` to start; that of this checkout, unless said. */
  readonly bin?: string
  readonly cwd?: string
}

/** Starts `acceptd …` with nothing of this environment but PATH; ended with the test at the latest. */
export function acceptd(
  words: readonly string[],
  env: Env,
  { bin = BIN, cwd = os.tmpdir() }: Where = {},
): Running {
  const child = spawn(process.execPath, [bin, ...words], {
    cwd,
    env: { PATH: process.env['PATH'] ?? '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let printed = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (bytes: Buffer) => (printed += bytes.toString()))
  const exited = new Promise<number | NodeJS.Signals>((resolve) => {
    child.on('close', (code, signal) => resolve(code ?? signal ?? 0))
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  return { process: child, pid: child.pid ?? 0, output: () => printed, exited }
}

/** As acceptd, but waits until it serves. */
export async function serve(env: Env, where: Where = {}): Promise<Serving> {
  const usual = {
    PORT: '0',
    LOG_LEVEL: 'info',
    ACCEPTD_TASKS: FIXTURE_TASKS,
    ACCEPTD_GRACE_SECONDS: '1',
    ACCEPTD_ANSWER_MS: '60000',
  }
  const running = acceptd(['serve'], { ...usual, ...env }, where)
  let ended: number | NodeJS.Signals | undefined
  void running.exited.then((code) => (ended = code))
  await until('acceptd to be ready', () => {
    if (ended !== undefined) throw new Error(`acceptd ended with ${ended}:\n${running.output()}`)
    return / is ready\b/.test(running.output())
  })
  const url = /API +(http:\S+)/.exec(running.output())?.[1] ?? ''
  return { ...running, url }
}

/** Runs a command to its end. */
export async function command(
  words: readonly string[],
  env: Env = {},
  where: Where = {},
): Promise<{ code: number | NodeJS.Signals; output: string }> {
  const { exited, output } = acceptd(words, env, where)
  const code = await exited
  return { code, output: output() }
}

export async function temporaryFolder(): Promise<string> {
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'acceptd-test-'))
  onTestFinished(() => fs.rm(folder, { recursive: true, force: true }))
  return folder
}
