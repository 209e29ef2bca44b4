/** The Postgres programs, checked to run on this machine as the user who will run them. */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { copyPrograms } from './copy-programs.ts'
import { codeOf, EmbeddedPostgresError } from './error.ts'
import { linkLibraries } from './libraries.ts'
import { spawnAs, type ServerUser } from './user.ts'

export interface Binaries {
  readonly major: string
  readonly initdb: string
  readonly pgCtl: string
  readonly postgres: string
}

export function prepareBinaries(
  native: string,
  user: ServerUser | undefined,
  systemFolder: string,
): Binaries {
  linkLibraries(native)
  // First as ourselves: root may ask for the version, and what fails here is the machine's fault, not the user's.
  const { major, problem } = tryRunning(native, undefined)
  if (major === undefined) throw doesNotRun(problem)
  if (user === undefined || tryRunning(native, user).major !== undefined) return programs(native, major)
  const copy = copyPrograms(native, systemFolder)
  const again = tryRunning(copy, user)
  if (again.major === undefined) throw doesNotRun(`${again.problem} (as ${user.name}, in ${copy})`)
  return programs(copy, major)
}

function programs(native: string, major: string): Binaries {
  const program = (name: string) => path.join(native, 'bin', name)
  return { major, initdb: program('initdb'), pgCtl: program('pg_ctl'), postgres: program('postgres') }
}

interface Trial {
  readonly major?: string
  readonly problem: string
}

function tryRunning(native: string, user: ServerUser | undefined): Trial {
  const program = path.join(native, 'bin', 'postgres')
  const run = spawnSync(program, ['--version'], { ...spawnAs(user), encoding: 'utf8', windowsHide: true })
  const major = /^postgres \(PostgreSQL\) (\d+)/.exec(run.stdout ?? '')?.[1]
  if (major !== undefined) return { major, problem: '' }
  if (run.error === undefined) {
    const line = run.stderr.split('\n')[0] ?? ''
    return { problem: line === '' ? `it ended with ${run.signal ?? run.status}` : line }
  }
  // A program that is there and yet not found lacks its loader: musl systems have no glibc.
  const loader = existsSync(program) && codeOf(run.error) === 'ENOENT' ? ' (its loader is missing)' : ''
  return { problem: `${run.error.message}${loader}` }
}

function doesNotRun(problem: string): EmbeddedPostgresError {
  return new EmbeddedPostgresError(
    `The bundled Postgres does not run on this machine: ${problem}`,
    'On Linux it needs glibc 2.27 or newer (not Alpine); use such a system',
  )
}
