/** What Node's parser refuses never reaches Express; it gets a problem document and a line in the log all the same. */
import { randomUUID } from 'node:crypto'
import { STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Logger } from 'pino'
import type { Pipelining } from './pipelining.ts'
import { PROBLEM_MEDIA_TYPE } from './problem.ts'
import { PROBLEM_TYPES, type ProblemCode } from './problem-types.ts'
import type { Urls } from './urls.ts'

// For the refusal to arrive before the connection goes.
const LINGER_MS = 1000

const CODES: Readonly<Record<string, ProblemCode>> = {
  HPE_HEADER_OVERFLOW: 'request-header-fields-too-large',
  ERR_HTTP_REQUEST_TIMEOUT: 'request-timeout',
}

export interface RefusalParts {
  readonly log: Logger
  readonly urls: Urls
  readonly pipelining: Pipelining
}

export function refusal({ log, urls, pipelining }: RefusalParts) {
  // Each further piece of what cannot be parsed is one more error.
  const refused = new WeakSet<Duplex>()

  return async (error: NodeJS.ErrnoException, socket: Duplex): Promise<void> => {
    if (error.code === 'ECONNRESET' || !socket.writable || refused.has(socket)) return
    refused.add(socket)
    // Such as the rest of a body that was too large: it had its answer, and another would be taken for that to whatever
    // comes next.
    const isSaid = pipelining.isAnswering(socket)
    // A refusal that overtook an answer would be taken for it.
    await pipelining.answered(socket)
    if (isSaid) hangUp(socket)
    else if (socket.writable) refuse(error, socket)
  }

  function refuse(error: NodeJS.ErrnoException, socket: Duplex): void {
    const code = CODES[error.code ?? ''] ?? 'malformed-request'
    const { status, title, retryable } = PROBLEM_TYPES[code]
    const id = randomUUID()
    const problem = {
      type: urls.problem(code),
      title,
      status,
      detail: title,
      instance: `urn:uuid:${id}`,
      code,
      retryable,
    }
    const body = `${JSON.stringify(problem)}\n`
    log.info({ request: id, status, code, reason: error.code ?? error.message }, 'refused')
    hangUp(
      socket,
      `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nDate: ${new Date().toUTCString()}\r\n` +
        `Content-Type: ${PROBLEM_MEDIA_TYPE}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n` +
        `X-Request-Id: ${id}\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n${body}`,
    )
  }
}

/** No parser and so no timeout watches it any more: a client that does not hang up would hold it for ever. */
function hangUp(socket: Duplex, lastWords?: string): void {
  setTimeout(() => socket.destroy(), LINGER_MS).unref()
  socket.end(lastWords)
}
