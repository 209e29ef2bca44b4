/** Connections that have answered and may be used again: the last one first, for it is the likeliest to be open still. */
import type { Connection } from './connection.ts'

// They cost the other side something too.
const MAX_IDLE = 100

export class IdleConnections {
  // The last used at the end.
  readonly #idle: Connection[] = []
  #closed = false

  take(key: string): Connection | undefined {
    for (;;) {
      const at = this.#idle.findLastIndex((connection) => connection.key === key)
      if (at < 0) return undefined
      const [connection] = this.#idle.splice(at, 1)
      if (connection?.isOpen) return connection
      void connection?.drop()
    }
  }

  put(connection: Connection): void {
    if (this.#closed || !connection.isOpen) {
      void connection.drop()
      return
    }
    this.#idle.push(connection)
    if (this.#idle.length > MAX_IDLE) void this.#idle.shift()?.drop()
  }

  /** For one that closed, which it also does by itself when it was not used for a while. */
  forget(connection: Connection): void {
    const at = this.#idle.indexOf(connection)
    if (at >= 0) this.#idle.splice(at, 1)
  }

  /** None is kept from now on. */
  close(): void {
    this.#closed = true
    for (const connection of this.#idle.splice(0)) void connection.drop()
  }
}
