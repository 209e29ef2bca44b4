/** A program run to its end, as a person would run it, with nothing of this environment but PATH. */
import { spawn } from 'node:child_process'
import os from 'node:os'
import { onTestFinished } from 'vitest'

export interface Ran {
  readonly code: number | NodeJS.Signals
  readonly stdout: string
  readonly stderr: string
}

interface Options {
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
  /** Told what it has said on standard error so far, each time that is more. */
  readonly onSaid?: (stderr: string) => void
}

export function runProgram(
  program: string,
  words: readonly string[],
  { env = {}, cwd = os.tmpdir(), onSaid }: Options = {},
): Promise<Ran> {
  const child = spawn(program, words, {
    cwd,
    env: { PATH: process.env['PATH'] ?? '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (bytes: Buffer) => (stdout += bytes.toString()))
  child.stderr.on('data', (bytes: Buffer) => {
    stderr += bytes.toString()
    onSaid?.(stderr)
  })
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code, signal) => resolve({ code: code ?? signal ?? 0, stdout, stderr }))
  })
}
