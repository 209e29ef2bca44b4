/** `acceptd check`: runs the conformance suite against a server, and says what came of it. */
import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { z } from 'zod'
import { ConfigError, destinationFrom, environment } from '../config.ts'
import { acceptdProfile } from '../conformance/acceptd-profile.ts'
import { exchange } from '../conformance/exchange.ts'
import { loadProfile, profileSchema, type Profile } from '../conformance/profile.ts'
import { conclusion, isConformant, table } from '../conformance/report.ts'
import { ROWS, runSuite } from '../conformance/suite.ts'
import { addressIn } from './ask/api.ts'
import { reasonOf } from './ask/way.ts'
import { EXIT } from './exit-codes.ts'
import { whyNotRead, whyNotWritten } from './file-trouble.ts'
import { printable } from './printable.ts'

export interface CheckOptions {
  readonly profile?: string
  readonly json?: string
  readonly only?: readonly string[]
}

/** It was asked for what cannot be done; the message says what. */
class Unusable extends Error {}

/** Ends the process, with whatever a broken server has left open. */
export async function checkAndTell(asked: string | undefined, options: CheckOptions): Promise<never> {
  const only = options.only ?? []
  try {
    expectRows(only)
    const url = asked ?? addressIn(destinationFrom(environment()))
    const profile = await readProfile(options.profile)
    await write('', options.json)
    const silence = await silenceOf(url)
    if (silence !== undefined) return await end(EXIT.unreachable, process.stderr, silence)
    const verdicts = await runSuite(url, profile, only)
    const json = JSON.stringify(verdicts, undefined, 2)
    await write(json, options.json)
    const printed = options.json === '-' ? json : `${table(verdicts)}\n${conclusion(verdicts)}`
    return await end(isConformant(verdicts) ? EXIT.fine : EXIT.failed, process.stdout, printed)
  } catch (error) {
    if (!(error instanceof Unusable || error instanceof ConfigError)) throw error
    return end(EXIT.usage, process.stderr, error.message)
  }
}

function expectRows(only: readonly string[]): void {
  const unknown = only.filter((word) => !ROWS.some(({ id }) => id.startsWith(word)))
  if (unknown.length === 0) return
  const areas = [...new Set(ROWS.map(({ id }) => id.slice(0, 3)))]
  throw new Unusable(`There is no row ${unknown.join(', ')}. The areas are ${areas.join(', ')}.`)
}

async function readProfile(file: string | undefined): Promise<Profile> {
  if (file === undefined) return profileSchema.parse(acceptdProfile)
  try {
    return await loadProfile(file)
  } catch (error) {
    throw new Unusable(`${file} cannot be used: ${whyNotUsed(file, error)}`, { cause: error })
  }
}

/** Why nothing is to be heard from there, if so. */
async function silenceOf(url: string): Promise<string | undefined> {
  try {
    await exchange(new URL(url))
    return undefined
  } catch (error) {
    return `There is no answer from ${url}: ${printable(reasonOf(error))}. Is a server running there?`
  }
}

/** Empty at first, so that it is found out before the suite has run that it cannot be written. */
async function write(json: string, file: string | undefined): Promise<void> {
  if (file === undefined || file === '-') return
  try {
    await writeFile(file, json)
  } catch (error) {
    throw new Unusable(`${file} cannot be written: ${whyNotWritten(error)}`, { cause: error })
  }
}

/** Not before all of it is written: a pipe may take it piece by piece. */
async function end(code: number, to: NodeJS.WriteStream, printed: string): Promise<never> {
  await new Promise((resolve) => {
    to.write(`${printed}\n`, resolve)
  })
  return process.exit(code)
}

function whyNotUsed(file: string, error: unknown): string {
  // A module says it in words of its own, and has the same ones for what it imports.
  if (!existsSync(file)) return 'there is no such file'
  if (error instanceof z.ZodError) return z.prettifyError(error)
  if (error instanceof SyntaxError) return `it is not JSON: ${error.message}`
  return whyNotRead(error)
}
