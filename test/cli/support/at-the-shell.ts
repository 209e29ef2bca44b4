/** `acceptd` as somebody calls it from a shell: what it prints on either stream, and how it ends. */
import { spawn, type ChildProcess } from 'node:child_process'
import os from 'node:os'
import path from 'node:path'
import { afterAll } from 'vitest'
import { until } from '../../support/until.ts'

export const BIN = path.join(import.meta.dirname, '../../../bin/acceptd.js')

export interface Ended {
  readonly code: number | NodeJS.Signals
  readonly out: string
  readonly err: string
}

export interface Called extends Promise<Ended> {
  readonly process: ChildProcess
  readonly out: () => string
  readonly err: () => string
}

export interface Way {
  readonly env?: Readonly<Record<string, string>>
  readonly stdin?: string
  readonly cwd?: string
}

const running = new Set<ChildProcess>()

/** Call at the top of a file: nothing that its tests have started outlives them. */
export function useShell(): void {
  afterAll(() => {
    for (const child of running) child.kill('SIGKILL')
  })
}

/** With nothing of this environment but PATH. */
export function call(words: readonly string[], { env = {}, stdin, cwd = os.tmpdir() }: Way = {}): Called {
  return start(process.execPath, [BIN, ...words], env, stdin, cwd)
}

export function start(
  program: string,
  words: readonly string[],
  env: Readonly<Record<string, string>>,
  stdin: string | undefined,
  cwd: string,
  /** Where nothing is to be read: nothing at all, or what somebody writes later. */
  otherwise: 'ignore' | 'pipe' = 'ignore',
): Called {
  const child = spawn(program, words, {
    cwd,
    env: { PATH: process.env['PATH'] ?? '', ...env },
    stdio: [stdin === undefined ? otherwise : 'pipe', 'pipe', 'pipe'],
  })
  running.add(child)
  const said = { out: '', err: '' }
  child.stdout?.on('data', (bytes: Buffer) => (said.out += bytes.toString()))
  child.stderr?.on('data', (bytes: Buffer) => (said.err += bytes.toString()))
  if (stdin !== undefined) child.stdin?.end(stdin)
  const ended = new Promise<Ended>((resolve) => {
    child.on('close', (code, signal) => {
      running.delete(child)
      resolve({ code: code ?? signal ?? 0, ...said })
    })
  })
  return Object.assign(ended, { process: child, out: () => said.out, err: () => said.err })
}

/** Waits until it has printed this, on either stream. */
export async function hasPrinted(called: Called, pattern: RegExp): Promise<void> {
  let isOver = false
  void called.then(() => (isOver = true))
  await until(`${pattern} to be printed`, () => {
    const printed = called.out() + called.err()
    if (pattern.test(printed)) return true
    if (isOver) throw new Error(`It ended without printing ${pattern}:\n${printed}`)
    return false
  })
}

/** Each line of it, as what it says. */
export function linesOfJson(text: string): Record<string, unknown>[] {
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
}
