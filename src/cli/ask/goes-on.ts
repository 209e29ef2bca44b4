/** Work that goes on, or may, although the command that asked for it ends: which, and why the command does. */
import type { Job } from '../../client/client.ts'

export class JobGoesOn extends Error {
  override readonly name = 'JobGoesOn'
  readonly id: string
  /** As it was last seen. */
  readonly job: Job | undefined

  constructor(id: string, job: Job | undefined, cause: unknown) {
    super(`Job ${id} goes on`, { cause })
    this.id = id
    this.job = job
  }
}

/** Nobody knows whether the job was accepted; whoever sends the same with this key again, will. */
export class MayBeSubmitted extends Error {
  override readonly name = 'MayBeSubmitted'
  readonly key: string

  constructor(key: string, cause: unknown) {
    super('The job may have been submitted', { cause })
    this.key = key
  }
}

/** There is no result as yet, and nobody said to wait for it. */
export class NotYet extends Error {
  override readonly name = 'NotYet'
}
