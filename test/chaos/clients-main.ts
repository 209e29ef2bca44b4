/** `npm run chaos:clients -- --jobs 10000 --seed 1`: does the client run each job once, though APIs die and connections drop? */
import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { everySoOften, runClients, violationsIn } from './clients.ts'
import { dice as diceOf } from './dice.ts'
import { frontOf } from './front.ts'
import type { Member } from './member.ts'
import { recorder } from './recorder.ts'
import { startSystem } from './system.ts'

const { values } = parseArgs({
  options: {
    jobs: { type: 'string', default: '10000' },
    seed: { type: 'string', default: '1' },
    'at-once': { type: 'string', default: '64' },
    /** Milliseconds between two kills of an API, on average. */
    'kill-every': { type: 'string', default: '2000' },
  },
})

const jobs = Number(values.jobs)
const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'acceptd-clients-'))
// Postgres may run as another user, who has to be let in.
await fs.chmod(folder, 0o755)
const say = (line: string) => void process.stdout.write(`${line}\n`)
const dice = diceOf(`clients ${values.seed}`)
const record = recorder(folder)
const system = await startSystem({ folder, recorder: record, dice })
const apis = system.parts.map(({ member }) => member).filter(({ role }) => role === 'api')
const balancer = await frontOf(apis)
const chance = dice.named('kills')
const killer = everySoOften(Number(values['kill-every']), chance, () => kill(chance.one(apis)))
const began = performance.now()
try {
  const { wrong, requests, troubles } = await runClients({
    target: () => balancer.url,
    dice: dice.named('troubles'),
    jobs,
    atOnce: Number(values['at-once']),
    onProgress: (done) => {
      if (done % 1000 === 0) process.stderr.write(`${done} jobs, ${killer.kills()} kills\n`)
    },
  })
  await killer.stop()
  const stored = await system.ask((client) => violationsIn(client, jobs))
  const { snapshot } = await system.evidence()
  const audit = snapshot.disagreements.map((row) => `audit: ${JSON.stringify(row)}`)
  const violations = [...wrong, ...stored, ...audit]
  const seconds = Math.round((performance.now() - began) / 1000)
  say(`${jobs} jobs run in ${seconds} s with ${requests} requests; APIs were killed ${killer.kills()} times`)
  for (const [name, count] of Object.entries(troubles)) say(`  ${name}: ${count}`)
  say(`violations: ${violations.length}`)
  for (const violation of violations.slice(0, 20)) say(`  ${violation}`)
  say(violations.length === 0 ? 'clients: passed' : 'clients: FAILED')
  process.exitCode = violations.length === 0 ? 0 : 1
} finally {
  await killer.stop()
  balancer.close()
  await system.stop()
  record.close()
  await fs.rm(folder, { recursive: true, force: true })
}

/** One in three as a deployment does, the others as an accident does. */
async function kill(api: Member): Promise<void> {
  const starts = api.starts()
  if (api.signal(chance.chance(1 / 3) ? 'SIGTERM' : 'SIGKILL')) await api.untilStart(starts + 1)
}
