/** The states a job can be in and the moves between them: the only vocabulary; SQL, schema and docs follow it. */
export const STATUSES = ['pending', 'running', 'completed', 'failed', 'canceled'] as const
export type Status = (typeof STATUSES)[number]

/** Every change of status a job can make, by name. There is no move out of a terminal status. */
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
} as const satisfies Record<string, { from: readonly Status[]; to: Status }>

export type Move = keyof typeof MOVES

const LEFT_BY_A_MOVE: ReadonlySet<Status> = new Set(Object.values(MOVES).flatMap((move) => [...move.from]))

/** Terminal: no move leads on, so nothing about the job will ever change. */
export function isTerminal(status: Status): boolean {
  return !LEFT_BY_A_MOVE.has(status)
}
