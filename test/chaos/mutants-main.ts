/** `npm run chaos:mutants`: does the checker notice when a guard is taken away, and after how many faults? */
import fs from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { MUTANTS } from './mutants.ts'
import { run } from './run.ts'

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    /** Names with commas between; all where it is not said. */
    only: { type: 'string' },
    /** A mutant is tried until it is noticed or there have been so many faults. */
    faults: { type: 'string', default: '200' },
    'round-seconds': { type: 'string', default: '40' },
    rate: { type: 'string', default: '40' },
    'fault-every': { type: 'string', default: '500' },
  },
})

const wanted = values.only?.split(',')
const mutants = MUTANTS.filter(({ name }) => wanted?.includes(name) ?? true)
const say = (line: string) => void process.stdout.write(`${line}\n`)

interface Noticed {
  readonly faults: number
  readonly checks: readonly string[]
}

/** In rounds, each with its own seed: a run tells what it has seen at its end only. */
async function tryOut(mutant: string): Promise<Noticed> {
  let faults = 0
  for (let round = 0; faults < Number(values.faults); round++) {
    const { evidence, violations, folder } = await run({
      seed: Number(values.seed) + round,
      seconds: Number(values['round-seconds']),
      maxFaults: Number(values.faults) - faults,
      rate: Number(values.rate),
      everyMs: Number(values['fault-every']),
      quietSeconds: 15,
      mutant,
    })
    await fs.rm(folder, { recursive: true, force: true })
    faults += evidence.history.faults.length
    if (violations.length > 0) return { faults, checks: [...new Set(violations.map(({ check }) => check))] }
  }
  return { faults, checks: [] }
}

say(`seed ${values.seed}\n`)
say('| guard taken away | what is then possible | noticed by | faults until then |')
say('| --- | --- | --- | --- |')
let unnoticed = 0
for (const { name, without } of mutants) {
  const { faults, checks } = await tryOut(name)
  if (checks.length === 0) unnoticed++
  say(`| ${name} | ${without} | ${checks.join('; ') || 'NOTHING'} | ${faults} |`)
}
say(`\nchaos:mutants: ${mutants.length - unnoticed} of ${mutants.length} noticed`)
process.exitCode = unnoticed === 0 ? 0 : 1
