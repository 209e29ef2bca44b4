/** One run: the system, the load and the nemesis for some time, then everything mended, and the checker. */
import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { caller, type Caller } from './caller.ts'
import { checkRun } from './check.ts'
import type { Evidence, Violation } from './checks/evidence.ts'
import { dice as diceOf } from './dice.ts'
import { startLoad } from './load.ts'
import { nemesis } from './nemesis.ts'
import { recorder } from './recorder.ts'
import { startSystem, type System } from './system.ts'

export interface RunOptions {
  readonly seed: number
  readonly seconds: number
  /** Ends sooner when there have been so many. */
  readonly maxFaults?: number
  /** Stories a second. */
  readonly rate: number
  /** Between two faults. */
  readonly everyMs: number
  readonly mutant?: string
  /** How long, after everything was mended, jobs may take to end. */
  readonly quietSeconds?: number
  /** Ends it sooner, and as it would end. */
  readonly signal?: AbortSignal
  /** What there is to say on the way. */
  readonly say?: (line: string) => void
}

export interface RunResult {
  readonly evidence: Evidence
  readonly violations: readonly Violation[]
  /** With the history in it; removed by who asked for the run. */
  readonly folder: string
}

const LOOK_MS = 1000
// For what is left when everything is mended: back-offs, leases, and what runs.
const QUIET_SECONDS = 60

export async function run(options: RunOptions): Promise<RunResult> {
  const {
    seed,
    seconds,
    rate,
    everyMs,
    maxFaults = Infinity,
    mutant,
    signal,
    say = () => undefined,
  } = options
  const { quietSeconds = QUIET_SECONDS } = options
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'acceptd-chaos-'))
  // Postgres may run as another user, who has to be let in.
  await fs.chmod(folder, 0o755)
  const dice = diceOf(`chaos ${seed}`)
  const record = recorder(folder)
  const system = await startSystem({
    folder,
    recorder: record,
    dice,
    ...(mutant === undefined ? {} : { mutant }),
  })
  const apis = system.parts.map(({ member }) => member).filter(({ role }) => role === 'api')
  const choice = dice.named('choice of API')
  // As behind something that looks who is ready, and now and then is late.
  const pick = () => {
    const ready = apis.filter((api) => api.isReady())
    return choice.one(ready.length > 0 && choice.chance(0.9) ? ready : apis)
  }
  const calls = caller(pick, record)
  try {
    const load = startLoad({ caller: calls, dice: dice.named('load'), rate })
    const evil = nemesis({ system, recorder: record, dice: dice.named('nemesis'), everyMs })
    const end = performance.now() + seconds * 1000
    for (let looks = 1; performance.now() < end && evil.faults() < maxFaults && !signal?.aborted; looks++) {
      await sleep(LOOK_MS)
      if (looks % 30 === 0) say(`${looks} s: ${load.begun()} wishes, ${evil.faults()} faults`)
    }
    await evil.stop()
    await load.stop(quietSeconds)
    say('everything is mended; waiting for the last jobs to end')
    await untilQuiet(system, quietSeconds)
    await readAll(calls, await system.evidence())
    const evidence = await system.evidence()
    return { evidence, violations: checkRun(evidence), folder }
  } finally {
    calls.close()
    await system.stop()
    record.close()
  }
}

async function untilQuiet(system: System, seconds: number): Promise<void> {
  for (const end = performance.now() + seconds * 1000; performance.now() < end; await sleep(200))
    if ((await system.open()) === 0) return
}

const READERS = 16

/** Every job that was accepted is asked for once more, at its address. */
async function readAll(calls: Caller, { history }: Evidence): Promise<void> {
  const accepted = history.asked.filter(({ kind, status }) => kind === 'submit' && status === 202)
  const ids = [...new Set(accepted.flatMap(({ jobId }) => jobId ?? []))]
  const one = async () => {
    for (let id = ids.pop(); id !== undefined; id = ids.pop())
      await calls.ask({ kind: 'read', method: 'GET', path: `/jobs/${id}`, jobId: id })
  }
  await Promise.all(Array.from({ length: READERS }, one))
}
