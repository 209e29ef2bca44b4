/** Named points in the code at which a process can be killed: where half of something has happened. */
import type { Patch } from './patches.ts'

const point = (name: string) => `;(globalThis as any).chaosPoint?.('${name}')`

/** Puts a point before some words of a file. */
const before = (name: string, file: string, words: string): readonly [string, Patch] => [
  name,
  { file, find: words, replace: `${point(name)};${words}` },
]

const ALL = [
  before('committed, not answered', 'commands/acceptor.ts', 'const accepted = jobs.map('),
  before('claimed, not started', 'work/worker.ts', 'for (const job of started) {'),
  before('ended, not settled', 'work/attempt.ts', 'const result = await write(outcome)'),
  before(
    'row moved, delivery not',
    'work/settler.ts',
    "if (move === 'retry' || move === 'release' || move === 'pause') {",
  ),
  before('settled, nobody told', 'work/settle.ts', 'if (settled) signals.changed(id)'),
  before('withdrawn, not canceled', 'commands/cancel-job.ts', 'return tellOfCancel('),
  before('rerun, not enqueued', 'commands/run-again.ts', 'await enqueue(trx, ...ids)'),
] as const

export const POINTS: readonly string[] = ALL.map(([name]) => name)
export const POINT_PATCHES: readonly Patch[] = ALL.map(([, patch]) => patch)

/** Those that processes with a worker come by; the others are the API's. */
export const POINTS_OF_WORK: ReadonlySet<string> = new Set(
  ALL.filter(([, { file }]) => file.startsWith('work/')).map(([name]) => name),
)
