/** Requests that a client sends ahead of the answers (RFC 9112 §9.3.2): how many are taken, and which are owed one. */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'

export interface Pipelining {
  readonly receive: RequestListener
  /** Resolves when all is answered that has come whole on this connection, or was answered before it had. */
  answered(socket: Duplex): Promise<void>
  /** Whether what comes on this connection just now belongs to a request whose answer has begun. */
  isAnswering(socket: Duplex): boolean
}

interface Turns {
  readonly owed: Set<ServerResponse>
  latest?: ServerResponse
  /** From now on nothing that comes is looked at. */
  closing: boolean
  reading: boolean
}

/**
 * Node stops reading while answers wait to be sent, but not while they are being made: by itself it would begin as many
 * requests as a connection brings.
 */
export function pipelining(app: RequestListener, most: number): Pipelining {
  const connections = new WeakMap<Duplex, Turns>()

  function receive(req: IncomingMessage, res: ServerResponse): void {
    const { socket } = req
    const turns: Turns = connections.get(socket) ?? { owed: new Set(), closing: false, reading: true }
    connections.set(socket, turns)
    if (turns.closing) {
      // What has been read already is parsed still.
      if (turns.reading) stopReading(socket)
      turns.reading = false
      return
    }
    turns.owed.add(res)
    turns.latest = res
    res.once('close', () => turns.owed.delete(res))
    if (turns.owed.size >= most) {
      // So that the client knows that none behind it was so much as looked at (§9.6).
      turns.closing = true
      res.setHeader('Connection', 'close')
    }
    app(req, res)
  }

  return {
    receive,
    async answered(socket) {
      const owed = [...(connections.get(socket)?.owed ?? [])]
      await Promise.all(owed.filter((res) => res.req.complete || res.headersSent).map(over))
    },
    isAnswering(socket) {
      const latest = connections.get(socket)?.latest
      return latest !== undefined && !latest.req.complete && latest.headersSent
    },
  }
}

function stopReading(socket: IncomingMessage['socket']): void {
  socket.pause()
  // As each answer before is done, node:http would have the connection read on.
  socket.on('resume', () => socket.pause())
}

function over(res: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    res.once('close', resolve)
  })
}
