/** `npm run bench`: acceptd beside its peers, in turns, on this machine. */
import { contestants } from './contestants/all.ts'
import { readFacts } from './machine/facts.ts'
import { MEASURES } from './measures/all.ts'
import { HELP, readOptions, type Options } from './options.ts'
import { keep } from './report/results.ts'
import { tableOf, usageTableOf } from './report/tables.ts'
import { run, type Sample } from './run.ts'

const asked = readOptions(process.argv.slice(2))
if (asked) await bench(asked)
else say(HELP)

async function bench(options: Options): Promise<void> {
  const stopping = new AbortController()
  // The turn that is on ends in its own way, and takes its processes with it.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopping.abort())
  const facts = await readFacts()
  say(`${facts.cpu}, ${facts.cores} cores, Node ${facts.node}, Postgres ${facts.postgres['server_version']}`)
  const taking = chosen(contestants(options.history), options.contestants).filter(({ name, missing }) => {
    const reason = missing?.()
    if (reason !== undefined) say(`${name} is left out: ${reason}`)
    return reason === undefined
  })
  const samples: Sample[] = []
  for (const measure of chosen(MEASURES, options.measures)) {
    const taken = await run(measure, taking, options, { tell: say, signal: stopping.signal })
    if (taken.length === 0) continue
    samples.push(...taken)
    say(`\n${measure.title}\n\n${tableOf(measure, taken)}\n\n${usageTableOf(taken)}\n`)
    await keep({ facts, options, samples }, measure)
  }
  say(samples.length > 0 ? `Every sample is in ${options.out}` : 'Nothing was measured')
}

function chosen<T extends { readonly name: string }>(
  all: readonly T[],
  names: readonly string[] | undefined,
): readonly T[] {
  const unknown = names?.find((name) => !all.some((each) => each.name === name))
  if (unknown !== undefined)
    throw new Error(`There is no "${unknown}"; there is ${all.map(({ name }) => name).join(', ')}`)
  return all.filter(({ name }) => names?.includes(name) ?? true)
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}
