/** A program as a person would start it, with nothing of this environment but PATH. */
import { spawn } from 'node:child_process'
import os from 'node:os'
import { onTestFinished } from 'vitest'
import { until } from './until.ts'

export interface Ran {
  readonly code: number | NodeJS.Signals
  readonly stdout: string
  readonly stderr: string
}

export interface Started {
  /** Waits until it has said something like this, on either stream, and answers that. Fails if it ends before. */
  said(pattern: RegExp): Promise<RegExpExecArray>
  /** Tells it to end, and answers its exit code. */
  stop(): Promise<Ran['code']>
  readonly ended: Promise<Ran>
}

interface Options {
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
  /** Told what it has said on standard error so far, each time that is more. */
  readonly onSaid?: (stderr: string) => void
}

/** Runs it to its end. */
export function runProgram(program: string, words: readonly string[], options: Options = {}): Promise<Ran> {
  return startProgram(program, words, options).ended
}

/** Ended with the test at the latest. */
export function startProgram(
  program: string,
  words: readonly string[],
  { env = {}, cwd = os.tmpdir(), onSaid }: Options = {},
): Started {
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
  let ran: Ran | undefined
  const ended = new Promise<Ran>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code, signal) => {
      ran = { code: code ?? signal ?? 0, stdout, stderr }
      resolve(ran)
    })
  })
  return {
    ended,
    async said(pattern) {
      let found: RegExpExecArray | null = null
      await until(`${program} to say ${pattern}`, () => {
        found = pattern.exec(stdout) ?? pattern.exec(stderr)
        if (!found && ran) throw new Error(`It ended with ${ran.code}:\n${stdout}${stderr}`)
        return found !== null
      })
      return found as unknown as RegExpExecArray
    },
    async stop() {
      child.kill('SIGTERM')
      return (await ended).code
    },
  }
}
