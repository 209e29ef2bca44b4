/** What no HTTP client sends: requests that are damaged, cut, piled up or half closed, each on a connection of its own. */
import net from 'node:net'
import * as fc from 'fast-check'
import type { Knowledge } from './knowledge.ts'
import { sentAs, type Request } from './request.ts'

export interface Raw {
  /** In as many writes. */
  readonly parts: readonly Buffer[]
  /** How the client goes: it ends its half once it has heard enough, or at once, or resets the connection. */
  readonly ending: 'heard' | 'half' | 'reset'
  /** So many answers, where that can be known. */
  readonly answers?: number
}

const NOTORIOUS = [
  'hello\r\n\r\n',
  '\u0000'.repeat(20),
  '\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003',
  'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  'CONNECT x:443 HTTP/1.1\r\nHost: x:443\r\n\r\n',
  'GET /livez HTTP/1.1\r\n\r\n',
  'GET /livez HTTP/1.0\r\n\r\n',
  'GET /livez\r\n',
  'GET http://x/livez HTTP/1.1\r\nHost: x\r\n\r\n',
  'OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n',
  'GET /livez HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\r\n',
  'POST /jobs HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
  'POST /jobs HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n',
  'POST /tasks/echo HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n{}',
  'POST /tasks/echo HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}GARBAGE\r\n\r\n',
  `GET /${'a'.repeat(20_000)} HTTP/1.1\r\nHost: x\r\n\r\n`,
  `GET /livez HTTP/1.1\r\nHost: x\r\n${'X: y\r\n'.repeat(3000)}\r\n`,
].map((text) => Buffer.from(text, 'latin1'))

/** From what another part of the fuzzer would send as it should be. */
export function rawFrom(requests: fc.Arbitrary<Request>, known: Knowledge, host: string): fc.Arbitrary<Raw> {
  const whole = requests.map((request) => sentAs(request, known, host).bytes)
  const ending = fc.constantFrom('heard' as const, 'half' as const, 'reset' as const)
  const cut = fc.tuple(fc.nat(), fc.nat())
  return fc.oneof(
    fc
      .tuple(
        whole,
        fc.array(fc.tuple(fc.nat(), fc.nat(255), fc.nat(2)), { minLength: 1, maxLength: 4 }),
        ending,
      )
      .map(([bytes, damages, how]) => ({ parts: [damages.reduce(damaged, bytes)], ending: how })),
    fc
      .tuple(whole, cut, ending)
      .map(([bytes, [at], how]) => ({ parts: [bytes.subarray(0, at % bytes.length)], ending: how })),
    fc.tuple(whole, cut).map(([bytes, at]) => ({ parts: pieces(bytes, at), ending: 'heard' as const })),
    fc
      .tuple(fc.array(whole, { minLength: 2, maxLength: 6 }), ending)
      .map(([all, how]) => ({ parts: [Buffer.concat(all)], ending: how })),
    fc
      .integer({ min: 2, max: 20 })
      .map((answers) => ({ parts: [piled(known, host, answers)], ending: 'heard' as const, answers })),
    fc.tuple(fc.constantFrom(...NOTORIOUS), ending).map(([bytes, how]) => ({ parts: [bytes], ending: how })),
  )
}

/** One byte is exchanged, inserted or left out. */
function damaged(bytes: Buffer, [at, byte, how]: [number, number, number]): Buffer {
  // Mostly in the header, which is where a parser can go wrong.
  const place = at % Math.min(bytes.length, 300)
  return Buffer.concat([
    bytes.subarray(0, place),
    how === 2 ? Buffer.alloc(0) : Buffer.from([byte]),
    bytes.subarray(how === 1 ? place : place + 1),
  ])
}

function pieces(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const [first = 0, second = 0] = cuts.map((cut) => cut % bytes.length).toSorted((a, b) => a - b)
  return [bytes.subarray(0, first), bytes.subarray(first, second), bytes.subarray(second)].filter(
    ({ length }) => length > 0,
  )
}

function piled(known: Knowledge, host: string, answers: number): Buffer {
  return Buffer.concat(
    Array.from({ length: answers }, (_, nth) =>
      Buffer.from(`GET /jobs/${known.jobId(nth)} HTTP/1.1\r\nHost: ${host}\r\n\r\n`, 'latin1'),
    ),
  )
}

// For the next part to be read by itself.
const BETWEEN_MS = 2
// Nothing more is to be expected then, mostly; a client that has not heard enough by now goes all the same.
const HEARD_MS = 25
const PATIENCE_MS = 20_000

/** Resolves with the statuses of all answers, when the server has closed. @throws Error where it does not */
export async function sendRaw(url: URL, { parts, ending, answers }: Raw): Promise<number[]> {
  const socket = net.connect({ port: Number(url.port), host: url.hostname, allowHalfOpen: true })
  let text = ''
  let heard = 0
  const closed = new Promise<void>((resolve) => {
    socket.on('end', resolve)
    socket.on('close', () => resolve())
  })
  socket.on('error', () => undefined) // seen as its close
  socket.on('data', (bytes: Buffer) => {
    text += bytes.toString('latin1')
    heard++
  })
  for (const [nth, part] of parts.entries()) {
    if (nth > 0) await wait(BETWEEN_MS)
    if (socket.writable) socket.write(part)
  }
  if (ending === 'reset') {
    await Promise.race([closed, wait(BETWEEN_MS)])
    socket.resetAndDestroy()
    return statusesIn(text)
  }
  const timer = setTimeout(() => socket.destroy(new Error('patience')), PATIENCE_MS)
  if (ending === 'heard') {
    for (let before = -1; before !== heard || (answers ?? 0) > statusesIn(text).length;) {
      before = heard
      if (await Promise.race([closed.then(() => true), wait(HEARD_MS)])) break
    }
  }
  socket.end()
  await closed
  clearTimeout(timer)
  if (socket.errored?.message === 'patience')
    throw new Error(`the server did not close within ${PATIENCE_MS / 1000} s`)
  socket.destroy()
  const statuses = statusesIn(text)
  if (answers !== undefined && statuses.length !== answers)
    throw new Error(`${answers} requests had ${statuses.length} answers`)
  return statuses
}

function statusesIn(text: string): number[] {
  return [...text.matchAll(/HTTP\/1\.1 (\d{3}) /g)]
    .map(([, status]) => Number(status))
    .filter((status) => status >= 200)
}

function wait(milliseconds: number): Promise<undefined> {
  return new Promise((resolve) => {
    setTimeout(() => resolve(undefined), milliseconds)
  })
}
