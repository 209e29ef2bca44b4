/** Lanes: the tasks of one share a worker's slots, so that a lane of slow ones holds up nobody in another. */
export const DEFAULT_LANE = 'default'

interface Laned {
  readonly name: string
  readonly lane: string
  readonly concurrency?: number
}

/**
 * Where the jobs of a task wait for a worker: with the others of its lane. A task with a limit of its own has its own
 * place in the lane: when it is at its limit, its jobs must not stand before the others'.
 */
export function queueOf({ name, lane, concurrency }: Laned): string {
  return concurrency === undefined ? lane : `${lane}/${name}`
}

export function laneOf(queue: string): string {
  return queue.split('/', 1)[0] ?? queue
}
