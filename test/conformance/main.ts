/** `npm run conformance -- http://host:port [--profile file] [--json file] [--only SUB,CON-02]` */
import { writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { exchange } from '../../src/conformance/exchange.ts'
import { loadProfile, profileSchema, type Profile } from '../../src/conformance/profile.ts'
import { acceptdProfile } from '../../src/conformance/acceptd-profile.ts'
import { isConformant, table } from '../../src/conformance/report.ts'
import { ROWS, runSuite } from '../../src/conformance/suite.ts'

const USAGE = `Usage: npm run conformance -- <base URL> [--profile file] [--json file] [--only rows]

Checks an async job API against the contract in docs/http.md, over HTTP only.

  --profile file  What the suite must know of the server: JSON, or a module with a default export
                  (src/conformance/profile.ts says what stands in it). Default: an acceptd with its own tasks.
  --json file     Also writes the verdicts as JSON; - for standard output, instead of the table.
  --only rows     Only these rows or areas, with commas between: --only CON,SUB-02

Exits 1 where a row of level M or S fails, 2 where it cannot run.`

const { values, positionals } = readArguments()
const [base] = positionals
// `localhost:3000` is a URL, too, of the scheme "localhost".
if (values.help || base === undefined || !/^https?:\/\//.test(base) || !URL.canParse(base)) {
  process.stderr.write(`${USAGE}\n`)
  process.exit(values.help ? 0 : 2)
}
const only = values.only?.split(',').map((word) => word.trim()) ?? []
const unknown = only.filter((word) => !ROWS.some(({ id }) => id.startsWith(word)))
if (unknown.length > 0) refuse(`There is no row ${unknown.join(', ')}`)
const profile = await readProfile(values.profile)
await exchange(new URL(base)).catch((error: Error) => refuse(`${base} does not answer: ${error.message}`))

const verdicts = await runSuite(base, profile, only)
if (values.json !== '-') process.stdout.write(`${table(verdicts)}\n`)
if (values.json === '-') process.stdout.write(`${JSON.stringify(verdicts, undefined, 2)}\n`)
else if (values.json !== undefined) await writeFile(values.json, JSON.stringify(verdicts, undefined, 2))
process.exit(isConformant(verdicts) ? 0 : 1)

function refuse(reason: string): never {
  process.stderr.write(`${reason}\n`)
  process.exit(2)
}

async function readProfile(file: string | undefined): Promise<Profile> {
  if (file === undefined) return profileSchema.parse(acceptdProfile)
  try {
    return await loadProfile(file)
  } catch (error) {
    return refuse(
      `${file} cannot be used: ${error instanceof z.ZodError ? z.prettifyError(error) : String(error)}`,
    )
  }
}

function readArguments() {
  const options = {
    profile: { type: 'string' },
    json: { type: 'string' },
    only: { type: 'string' },
    help: { type: 'boolean', short: 'h' },
  } as const
  try {
    return parseArgs({ allowPositionals: true, options })
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n\n${USAGE}\n`)
    process.exit(2)
  }
}
