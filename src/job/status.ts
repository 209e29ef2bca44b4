/** The states a job can be in and the moves between them: the only vocabulary; SQL, schema and docs follow it. */
export const STATUSES = ['pending', 'running', 'completed', 'failed', 'canceled'] as const
export type Status = (typeof STATUSES)[number]

/** Every change of status a job can make, by name. Out of a terminal status there is but one, and only on request. */
export const MOVES = {
  /** A worker claims it. */
  start: { from: ['pending'], to: 'running' },
  /** The attempt failed and another one is due. */
  retry: { from: ['running'], to: 'pending' },
  /** The attempt was cut off by a shutdown or a crash: handed back without using one up. */
  release: { from: ['running'], to: 'pending' },
  complete: { from: ['running'], to: 'completed' },
  fail: { from: ['running'], to: 'failed' },
  cancel: { from: ['pending', 'running'], to: 'canceled' },
  /** Somebody asks for it to be done after all. */
  rerun: { from: ['failed', 'canceled'], to: 'pending' },
} as const satisfies Record<string, { from: readonly Status[]; to: Status }>

export type Move = keyof typeof MOVES

const { rerun: _, ...OWN_MOVES } = MOVES
const LEFT_BY_ITSELF: ReadonlySet<Status> = new Set(
  Object.values(OWN_MOVES).flatMap((move) => [...move.from]),
)

/** Terminal: nothing about the job will change unless somebody asks for it to be run again. */
export function isTerminal(status: Status): boolean {
  return !LEFT_BY_ITSELF.has(status)
}
