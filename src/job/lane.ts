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

// No task can have this name: it has a dot.
export const SUSPECTS = '/.suspects'

/**
 * Where those of a queue's jobs wait that workers have died of, or may have: of these a worker runs one at a time. A place
 * beside that of the others, so that they still count in their lane and for the limit of their task.
 */
export function suspectsOf(queue: string): string {
  return isSuspects(queue) ? queue : queue + SUSPECTS
}

export function isSuspects(queue: string): boolean {
  return queue.endsWith(SUSPECTS)
}

/** The queue that it is the suspects' of; any other is its own. */
export function homeOf(queue: string): string {
  return isSuspects(queue) ? queue.slice(0, -SUSPECTS.length) : queue
}

export function laneOf(queue: string): string {
  return queue.split('/', 1)[0] ?? queue
}
