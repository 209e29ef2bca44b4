/** `npm run campaign:plans`: how is each statement executed when there are very many jobs? */
import { parseArgs } from 'node:util'
import { onOwnGround } from './ground.ts'
import { survey } from './plans/survey.ts'

const { values } = parseArgs({
  options: {
    ended: { type: 'string', default: '1000000' },
    pending: { type: 'string', default: '100000' },
    callbacks: { type: 'string', default: '100000' },
  },
})

await onOwnGround(async ({ databaseUrl }) => {
  const surveyed = await survey(databaseUrl, {
    ended: Number(values.ended),
    pending: Number(values.pending),
    callbacks: Number(values.callbacks),
  })
  for (const { operation, ms, pages, statement, flaws } of surveyed) {
    const figures = `${ms.toFixed(2).padStart(9)} ms ${String(pages).padStart(7)} pages`
    process.stdout.write(`${operation.padEnd(24)} ${figures}  ${statement.slice(0, 60)}\n`)
    for (const flaw of flaws) process.stdout.write(`${' '.repeat(24)} ! ${flaw}\n`)
  }
  if (surveyed.some(({ flaws }) => flaws.length > 0)) process.exitCode = 1
})
