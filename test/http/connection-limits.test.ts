import type http from 'node:http'
import { pino } from 'pino'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Limits } from '../../src/http/limits.ts'
import { listen } from '../../src/http/server.ts'
import { urlsBelow } from '../../src/http/urls.ts'
import { dial, statusesIn, type Dialed } from '../support/dial.ts'
import { until } from '../support/until.ts'

const GET = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n'

/** The server alone, with limits short enough to be met, before an app that is told when to answer. */
async function serveWith(limits: Partial<Limits>, app: http.RequestListener) {
  const lines: Record<string, unknown>[] = []
  const log = pino({}, { write: (line) => void lines.push(JSON.parse(line) as Record<string, unknown>) })
  const begun: string[] = []
  const closed: string[] = []
  const server = await listen(
    (req, res) => {
      begun.push(req.url ?? '')
      res.once('close', () => closed.push(req.url ?? ''))
      app(req, res)
    },
    { host: '127.0.0.1', port: 0, log, urls: urlsBelow(undefined), limits },
  )
  onTestFinished(server.close)
  const url = `http://127.0.0.1:${server.port}`
  return { url, lines, begun, closed, to: (...sent: string[]) => dialUntilFinished(url, sent) }
}

function dialUntilFinished(url: string, sent: readonly string[]): Dialed {
  const client = dial(url, ...sent)
  onTestFinished(() => void client.socket.destroy())
  return client
}

/** Answers when the whole request is there. */
const whenWhole: http.RequestListener = (req, res) => {
  req.resume()
  req.on('end', () => res.end('whole'))
}

describe('a client that is too slow', () => {
  const limits = { headerMs: 60, requestMs: 150, checkEveryMs: 20 }

  it.each([
    ['says nothing', []],
    ['stops in the first line', ['GET /']],
    ['stops in the header', ['GET / HTTP/1.1\r\nHost: x\r\n']],
    ['stops in the body', ['POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{}']],
    ['stops in a chunk', ['POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab']],
    [
      'does not send the body it was asked for',
      ['POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\nExpect: 100-continue\r\n\r\n'],
    ],
  ])('is refused with 408 where it %s', async (_what, sent) => {
    const server = await serveWith(limits, whenWhole)
    const answer = await server.to(...sent).closed()
    expect(statusesIn(answer).filter((status) => status !== 100)).toEqual([408])
    expect(answer).toContain('"code":"request-timeout"')
  })

  it.each([
    ['header', 'GET / HTTP/1.1\r\nHost: x\r\nX-A: ', 'a'],
    ['body', 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n', ' '],
  ])('is refused though its %s keeps coming, in drips', async (_what, head, drip) => {
    const server = await serveWith(limits, whenWhole)
    const client = server.to(head)
    const drips = setInterval(() => client.socket.writable && client.send(drip), 10)
    onTestFinished(() => clearInterval(drips))
    expect(statusesIn(await client.closed())).toEqual([408])
  })

  it('is let go where it asks for nothing more', async () => {
    const server = await serveWith({ keepAliveMs: 30 }, whenWhole)
    const client = server.to(GET)
    expect(statusesIn(await client.closed())).toEqual([200])
  })

  it.each([
    ['a large answer', (res: http.ServerResponse) => void res.end('x'.repeat(50_000_000))],
    ['an endless one', (res: http.ServerResponse) => drizzle(res)],
  ])('is let go where it does not read %s, which is then out of memory', async (_what, answer) => {
    const server = await serveWith({ stalledMs: 100 }, (_req, res) => {
      answer(res)
    })
    const client = server.to(GET)
    client.socket.pause()
    await until('the answer to be given up', () => server.closed.length === 1)
  })

  it('is served for as long as it reads', async () => {
    const server = await serveWith({ stalledMs: 1000 }, (_req, res) => void res.end('x'.repeat(20_000_000)))
    const client = server.to(GET.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n'))
    client.socket.on('data', () => {
      client.socket.pause()
      setTimeout(() => client.socket.resume(), 1)
    })
    expect((await client.closed()).length).toBeGreaterThan(20_000_000)
  })
})

describe('requests that are sent ahead of the answers', () => {
  it('are answered in order, whatever the order they are done in', async () => {
    const held: http.ServerResponse[] = []
    const server = await serveWith({}, (_req, res) => void held.push(res))
    const client = server.to(['a', 'b', 'c'].map((name) => GET.replace('/', `/${name}`)).join(''))
    await until('all to be there', () => held.length === 3)
    for (const res of held.toReversed()) res.end(`[${res.req.url}]`)
    const text = await client.receives('[/c]')
    expect(text.match(/\[\/.\]/g)).toEqual(['[/a]', '[/b]', '[/c]'])
  })

  it('are begun up to a number; the last of them says so, and what is behind it was never looked at', async () => {
    const held: http.ServerResponse[] = []
    const server = await serveWith({ pipelined: 5 }, (_req, res) => void held.push(res))
    const client = server.to(GET.repeat(5000))
    await until('the first to be there', () => held.length === 5)
    // Far more than fits into all buffers on the way.
    for (let n = 0; n < 100; n++) client.send(GET.repeat(5000))
    for (const res of held) res.end('answered')
    const text = await client.closed()
    expect(server.begun).toHaveLength(5)
    expect(text.match(/Connection: [\w-]+/g)).toEqual([
      ...Array(4).fill('Connection: keep-alive'),
      'Connection: close',
    ])
  })

  it('are read no further while the answers wait to be read', async () => {
    const server = await serveWith(
      {},
      (req, res) => void res.end(req.url === '/' ? 'whole' : 'x'.repeat(10_000)),
    )
    const client = server.to()
    client.socket.pause()
    const padded = `GET /a HTTP/1.1\r\nHost: x\r\nX-A: ${'a'.repeat(8000)}\r\n\r\n`
    // Far more than fits into all buffers on the way.
    for (let n = 0; n < 5000; n++) client.send(padded)
    const begun = () => server.begun.filter((url) => url === '/a').length
    let before = -1
    while (before !== begun()) {
      before = begun()
      for (let n = 0; n < 20; n++) await server.to(GET).receives('whole')
    }
    expect(before).toBeGreaterThan(0)
    expect(before).toBeLessThan(5000)
  })

  it('have their answers before a refusal of what came after them', async () => {
    const held: http.ServerResponse[] = []
    const server = await serveWith({}, (_req, res) => void held.push(res))
    const client = server.to(GET, GET, 'hello\r\n\r\n', 'hello again\r\n\r\n')
    await until('both to be there', () => held.length === 2)
    for (const res of held.toReversed()) res.end('answered')
    expect(statusesIn(await client.closed())).toEqual([200, 200, 400])
  })

  it('are not cut in two by it', async () => {
    const held: http.ServerResponse[] = []
    const server = await serveWith({}, (_req, res) => {
      res.write('first half,')
      held.push(res)
    })
    const client = server.to(GET)
    await client.receives('first half,')
    client.send('hello\r\n\r\n')
    await until('it to be there', () => held.length === 1)
    held[0]?.end('second half')
    const text = await client.closed()
    expect(text).toMatch(/first half,\r\nb\r\nsecond half\r\n0\r\n\r\nHTTP\/1.1 400 /)
  })
})

describe('more connections than there may be', () => {
  it('are closed, the others are served, and the log says so without a line for each', async () => {
    const server = await serveWith({ connections: 3 }, whenWhole)
    const clients = [server.to(GET), server.to(GET), server.to(GET)]
    for (const client of clients) await client.receives('whole')
    const refused = Array.from({ length: 20 }, () => server.to(GET))
    expect(await Promise.all(refused.map((client) => client.closed()))).toEqual(Array(20).fill(''))
    clients[0]?.send(GET)
    await clients[0]?.receives(/whole[\s\S]*whole/)
    const told = server.lines.filter(({ msg }) => msg === 'too many connections')
    expect(told[0]).toMatchObject({ level: 40, connections: 3, dropped: 1 })
    expect(told.length).toBeLessThan(20)
    clients[1]?.socket.destroy()
    await until('there to be room for another', async () =>
      (await server.to(GET.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n')).closed()).includes('whole'),
    )
  })
})

/** Writes for ever, as fast as it is read. */
function drizzle(res: http.ServerResponse): void {
  const more = () => {
    while (res.write('x'.repeat(10_000)));
  }
  res.on('drain', more)
  more()
}
