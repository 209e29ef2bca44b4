/** Requests that wait for a job: how many there may be, and what ends their wait. */
import type { Response } from 'express'
import type { Job } from '../job/job.ts'
import type { Watch } from '../store/watch.ts'
import { allowWaiting } from './in-time.ts'
import { waitFor, type Wait } from './waiting.ts'

export interface Waits {
  /** As waitFor, until the client is gone. Where too many wait already the answer is what is known now, unwaited. */
  until(res: Response, wait: Omit<Wait, 'signal'>): Promise<Waited>
  /** Takes a place for as long as the response is open; false where none is left. */
  enter(res: Response): boolean
  /** Aborted when the client is gone or the process must stop. */
  signalOf(res: Response): AbortSignal
}

export interface Waited {
  readonly job: Job
  readonly waited: boolean
}

export interface WaitsOptions {
  readonly watch: Watch
  readonly draining: AbortSignal
  /** Event streams and waiting requests together. */
  readonly max: number
}

export function waitsOf({ watch, draining, max }: WaitsOptions): Waits {
  let open = 0

  function enter(res: Response): boolean {
    if (open >= max) return false
    open++
    whenOver(res, () => open--)
    return true
  }

  function signalOf(res: Response): AbortSignal {
    const gone = new AbortController()
    const abort = () => gone.abort()
    draining.addEventListener('abort', abort)
    whenOver(res, () => {
      draining.removeEventListener('abort', abort)
      abort()
    })
    if (draining.aborted) abort()
    return gone.signal
  }

  return {
    enter,
    signalOf,
    async until(res, wait) {
      if (draining.aborted || !enter(res)) return { job: await wait.read(), waited: false }
      const read = async () => {
        const job = await wait.read()
        allowWaiting(res, wait.seconds)
        return job
      }
      return { job: await waitFor(watch, { ...wait, read, signal: signalOf(res) }), waited: true }
    },
  }
}

/** Calls back once: when the client has its answer or is gone; at once where it is gone already. */
export function whenOver(res: Response, callback: () => void): void {
  const { socket } = res.req
  let over = false
  const end = () => {
    if (over) return
    over = true
    socket.off('close', end)
    callback()
  }
  // Then there will be no event any more.
  if (res.closed || socket.destroyed) return end()
  res.once('close', end)
  // A pipelined answer that waits for its turn does not hear of the connection's end by itself.
  socket.setMaxListeners(0)
  socket.once('close', end)
}
