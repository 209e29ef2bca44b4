/** `npm run chaos:rolling -- --restarts 100`: does anybody notice that all processes are restarted, one after another? */
import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { until } from '../support/until.ts'
import { caller } from './caller.ts'
import { checkRun } from './check.ts'
import type { Violation } from './checks/evidence.ts'
import { now } from './clock.ts'
import { dice as diceOf } from './dice.ts'
import { frontOf } from './front.ts'
import type { Asked } from './history.ts'
import { startLoad } from './load.ts'
import type { Member } from './member.ts'
import { recorder } from './recorder.ts'
import { reportOf } from './report.ts'
import { startSystem } from './system.ts'

const { values } = parseArgs({
  options: {
    restarts: { type: 'string', default: '100' },
    seed: { type: 'string', default: '1' },
    rate: { type: 'string', default: '40' },
  },
})

const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'acceptd-rolling-'))
await fs.chmod(folder, 0o755)
const say = (line: string) => void process.stdout.write(`${line}\n`)
const dice = diceOf(`rolling ${values.seed}`)
const record = recorder(folder)
const system = await startSystem({
  folder,
  recorder: record,
  dice,
  // Ten times what the front takes to notice: of a busy machine it may take as many.
  environment: { ACCEPTD_DRAIN_SECONDS: '2' },
})
const members = system.parts.map(({ member }) => member)
const front = await frontOf(members.filter(({ role }) => role === 'api'))
const calls = caller(() => ({ name: 'front', url: () => front.url }), record)
try {
  const load = startLoad({ caller: calls, dice: dice.named('load'), rate: Number(values.rate) })
  for (let restarts = 0; restarts < Number(values.restarts); restarts++) {
    await restart(members[restarts % members.length] as Member)
    if (restarts % 10 === 9) say(`${restarts + 1} restarts, ${load.begun()} wishes`)
  }
  await load.stop(60)
  await until('the last jobs to end', async () => (await system.open()) === 0)
  const evidence = await system.evidence()
  const violations = [...checkRun(evidence), ...refused(evidence.history.asked)]
  const { text, passed } = reportOf(evidence, violations, false)
  say(text)
  process.exitCode = passed ? 0 : 1
} finally {
  calls.close()
  front.close()
  await system.stop()
  record.close()
  await fs.rm(folder, { recursive: true, force: true })
}

/** As an operator's tool does: the next when this one is ready again, and used. */
async function restart(member: Member): Promise<void> {
  const [from, starts] = [now(), member.starts()]
  member.signal('SIGTERM')
  await member.untilStart(starts + 1)
  if (member.role === 'api') await until('the front to use it', () => front.serves(member))
  const [role, target] = [member.role, member.name]
  // To callers there is nothing to excuse: they know no process.
  if (role === 'worker') record.note({ type: 'fault', kind: 'terminate', target, from, to: now() })
}

function refused(asked: readonly Asked[]): Violation[] {
  return asked
    .filter(({ status }) => status === 503)
    .map(({ kind, jobId, wish, from, to, problem }) => ({
      check: 'nobody is refused',
      detail: `${kind} ${jobId ?? wish}, after ${Math.round(to - from)} ms: ${problem}`,
    }))
}
