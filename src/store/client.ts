/** A connection to Postgres that can be dropped at once, whatever is under way on it. */
import { Socket } from 'node:net'
import pg from 'pg'

export class DroppableClient extends pg.Client {
  readonly #socket: Socket

  constructor(config: pg.ClientConfig = {}) {
    const socket = new Socket()
    super({ ...config, stream: () => socket })
    this.#socket = socket
  }

  /**
   * Fails what is under way with this error, and closes the socket. pg's own query_timeout fails the statement only: its
   * answer may still come, and until then the connection answers nobody else.
   */
  drop(error: Error): void {
    this.#socket.destroy(error)
  }
}
