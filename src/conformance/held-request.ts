/** A request that is under way: all but its end was sent, so that the server has to wait for it. */
import { connectTo } from './connection.ts'

export interface HeldRequest {
  /** Sends the rest, and answers the status. */
  finish(): Promise<number>
  drop(): void
}

const PATIENCE_MS = 10_000

export async function holdRequest(url: URL): Promise<HeldRequest> {
  const socket = connectTo(url)
  const parts: Buffer[] = []
  let end: string | undefined
  const ended = new Promise<void>((resolve) => {
    socket.on('error', (error) => (end = error.message))
    socket.on('close', () => resolve())
  })
  socket.on('data', (part: Buffer) => parts.push(part))
  await new Promise<void>((resolve) => {
    const begun = `GET ${url.pathname}${url.search} HTTP/1.1\r\nHost: ${url.host}\r\nConnection: close\r\n`
    socket.write(begun, () => resolve()) // also called where it fails, which `finish` tells of
  })
  return {
    async finish() {
      socket.setTimeout(PATIENCE_MS, () => socket.destroy(new Error(`no answer in ${PATIENCE_MS / 1000} s`)))
      if (!socket.destroyed) socket.write('\r\n')
      await ended
      const answer = Buffer.concat(parts).toString('latin1')
      const [, status] = /^HTTP\/1\.1 (\d{3}) [\s\S]*\r\n\r\n/.exec(answer) ?? []
      if (status !== undefined) return Number(status)
      throw new Error(
        `GET ${url.pathname}, under way before, was not answered: ${end ?? 'the connection was closed'}`,
      )
    },
    drop: () => socket.destroy(),
  }
}
