/** Work that goes on, or may, although the command that asked for it ends: which, and why the command does. */
import type { Status } from '../../client/client.ts'

export class JobGoesOn extends Error {
  override readonly name = 'JobGoesOn'
  readonly id: string
  /** When it was last seen. */
  readonly status: Status | undefined

  constructor(id: string, status: Status | undefined, cause: unknown) {
    super(`Job ${id} goes on`, { cause })
    this.id = id
    this.status = status
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
