/** A connection that sends requests as they are, one after another; a new one where the server has closed it. */
import net from 'node:net'
import { answerReader } from './answer-reader.ts'
import type { Answer } from './knowledge.ts'
import type { Sent } from './request.ts'

export interface Client {
  /** @throws Error where no answer comes, or something that is none */
  ask(sent: Sent): Promise<Answer>
  close(): void
}

// None may take so long: the longest that is asked for is a second.
const PATIENCE_MS = 20_000
// For a stream's first event to arrive.
const STREAM_MS = 60

export function clientOf(url: URL): Client {
  let kept: net.Socket | undefined

  async function ask(sent: Sent): Promise<Answer> {
    const socket = kept && !kept.destroyed ? kept : net.connect(Number(url.port), url.hostname)
    kept = undefined
    const { answer, isLast } = await exchange(socket, sent)
    if (isLast || answer.headers['connection'] === 'close') socket.destroy()
    else kept = socket
    return answer
  }

  return { ask, close: () => void kept?.destroy() }
}

function exchange(socket: net.Socket, { method, bytes }: Sent): Promise<{ answer: Answer; isLast: boolean }> {
  const reader = answerReader(method)
  return new Promise((resolve, reject) => {
    let streaming: NodeJS.Timeout | undefined
    const timer = setTimeout(() => fail(new Error(`no answer within ${PATIENCE_MS / 1000} s`)), PATIENCE_MS)
    const over = () => {
      clearTimeout(timer)
      clearTimeout(streaming)
      socket.removeAllListeners()
      // A connection that is kept may yet end.
      socket.on('error', () => socket.destroy())
      socket.on('end', () => socket.destroy())
    }
    const fail = (error: Error) => {
      over()
      socket.destroy()
      reject(error)
    }
    const done = (answer: Answer, isLast: boolean) => {
      over()
      resolve({ answer, isLast })
    }
    socket.setNoDelay(true)
    socket.on('data', (part: Buffer) => {
      try {
        const answer = reader.push(part)
        if (answer) done(answer, false)
        else if (reader.isStream()) streaming ??= setTimeout(() => done(STREAM, true), STREAM_MS)
      } catch (error) {
        fail(error as Error)
      }
    })
    socket.on('error', fail)
    socket.on('close', () => {
      const answer = reader.end()
      if (answer) done(answer, true)
      else fail(new Error('the connection was closed without an answer'))
    })
    socket.write(bytes)
  })
}

/** Stands for a stream that has begun and was left. */
export const STREAM: Answer = { status: 200, headers: { 'content-type': 'text/event-stream' }, text: '' }
