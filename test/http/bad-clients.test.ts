import { afterEach, describe, expect, it } from 'vitest'
import { useHouse } from '../support/house.ts'
import { dial, statusesIn } from '../support/dial.ts'

const house = useHouse({ ACCEPTD_ROLE: 'api' })

const HOST = 'Host: x\r\n'
const LAST = `${HOST}Connection: close\r\n`
const JSON_TYPE = 'Content-Type: application/json\r\n'

// Whatever was done to it, the server serves.
afterEach(async () => {
  await house.api.get('/livez').expect(200)
})

describe('what is not quite HTTP', () => {
  it.each([
    ['a line that ends in a bare LF', 'GET /livez HTTP/1.1\nHost: x\n\n'],
    ['a bare CR', 'GET /livez HTTP/1.1\rHost: x\r\r'],
    ['a NUL in a header', `GET /livez HTTP/1.1\r\n${LAST}X-A: a\u0000b\r\n\r\n`],
    ['a NUL in the address', `GET /livez\u0000 HTTP/1.1\r\n${LAST}\r\n`],
    ['a space before the colon', `GET /livez HTTP/1.1\r\n${LAST}X-A : b\r\n\r\n`],
    ['a header without a name', `GET /livez HTTP/1.1\r\n${LAST}: b\r\n\r\n`],
    ['a header without a colon', `GET /livez HTTP/1.1\r\n${LAST}X-A\r\n\r\n`],
    ['a header folded onto a second line', `GET /livez HTTP/1.1\r\n${LAST}X-A: a\r\n b\r\n\r\n`],
    ['two lengths', `POST /jobs HTTP/1.1\r\n${LAST}Content-Length: 1\r\nContent-Length: 2\r\n\r\n{}`],
    ['a negative length', `POST /jobs HTTP/1.1\r\n${LAST}Content-Length: -1\r\n\r\n{}`],
    ['a length that is no number', `POST /jobs HTTP/1.1\r\n${LAST}Content-Length: 0x2\r\n\r\n{}`],
    [
      'a length beyond all numbers',
      `POST /jobs HTTP/1.1\r\n${LAST}Content-Length: ${'9'.repeat(40)}\r\n\r\n{}`,
    ],
    [
      'a length and chunks',
      `POST /jobs HTTP/1.1\r\n${LAST}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    ],
    [
      'chunks and a length',
      `POST /jobs HTTP/1.1\r\n${LAST}Transfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n0\r\n\r\n`,
    ],
    [
      'an unknown transfer coding',
      `POST /jobs HTTP/1.1\r\n${LAST}${JSON_TYPE}Transfer-Encoding: cow\r\n\r\n{}`,
    ],
    [
      'chunks that are not the last coding',
      `POST /jobs HTTP/1.1\r\n${LAST}Transfer-Encoding: chunked, gzip\r\n\r\n{}`,
    ],
    [
      'a chunk whose size is none',
      `POST /jobs HTTP/1.1\r\n${LAST}${JSON_TYPE}Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n`,
    ],
    [
      'a chunk longer than its size',
      `POST /jobs HTTP/1.1\r\n${LAST}${JSON_TYPE}Transfer-Encoding: chunked\r\n\r\n1\r\n{}\r\n0\r\n\r\n`,
    ],
    ['no Host', 'GET /livez HTTP/1.1\r\nConnection: close\r\n\r\n'],
    ['another version', `GET /livez HTTP/3.7\r\n${LAST}\r\n`],
    ['HTTP/2 without being asked', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['a TLS greeting', '\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003'],
    ['a method in small letters', `get /livez HTTP/1.1\r\n${LAST}\r\n`],
    ['an address with a space', `GET /li vez HTTP/1.1\r\n${LAST}\r\n`],
  ])('is a 400 problem: %s', async (_what, request) => {
    const answer = await dial(house.url, request).closed()
    expect(statusesIn(answer)).toEqual([400])
    expect(answer).toMatch(/\r\nContent-Type: application\/problem\+json\r\n[\s\S]*"code":"malformed-/)
  })

  it.each([
    ['a header of 20 kB', `GET /livez HTTP/1.1\r\n${LAST}X-A: ${'a'.repeat(20_000)}\r\n\r\n`],
    [
      '20 kB in many headers',
      `GET /livez HTTP/1.1\r\n${LAST}${`X-A: ${'a'.repeat(50)}\r\n`.repeat(400)}\r\n`,
    ],
    ['an address of 20 kB', `GET /${'a'.repeat(20_000)} HTTP/1.1\r\n${LAST}\r\n`],
    ['more headers than are looked at', `GET /livez HTTP/1.1\r\n${LAST}${'a:\r\n'.repeat(2500)}\r\n`],
    ['an address that does not end', `GET /${'a'.repeat(2_000_000)}`],
  ])('is a 431 problem where it is too long: %s', async (_what, request) => {
    const answer = await dial(house.url, request).closed()
    expect(statusesIn(answer)).toEqual([431])
    expect(answer).toContain('"code":"request-header-fields-too-large"')
  })
})

describe('what is unusual but HTTP', () => {
  it.each([
    ['an absolute address', `GET http://elsewhere.example/livez HTTP/1.1\r\n${LAST}\r\n`, 200],
    ['HTTP/1.0 without a Host', 'GET /livez HTTP/1.0\r\n\r\n', 200],
    [
      'an upgrade nobody offers',
      `GET /livez HTTP/1.1\r\n${HOST}Connection: Upgrade, close\r\nUpgrade: h2c\r\n\r\n`,
      200,
    ],
    ['an empty line before the request', `\r\n\r\nGET /livez HTTP/1.1\r\n${LAST}\r\n`, 200],
    ['a GET with a body', `GET /livez HTTP/1.1\r\n${LAST}Content-Length: 2\r\n\r\n{}`, 200],
    ['OPTIONS of the server as a whole', `OPTIONS * HTTP/1.1\r\n${LAST}\r\n`, 204],
    ['an asterisk for anything else', `GET * HTTP/1.1\r\n${LAST}\r\n`, 404],
    ['nine hundred headers', `GET /livez HTTP/1.1\r\n${LAST}${'a:\r\n'.repeat(900)}\r\n`, 200],
    [
      'what cannot be in a header',
      `GET /livez HTTP/1.1\r\n${LAST}Authorization: \u00ff\u00fe\r\nX-A: \u0080\r\n\r\n`,
      200,
    ],
  ])('is answered: %s', async (_what, request, status) => {
    expect(statusesIn(await dial(house.url, request).closed())).toEqual([status])
  })

  it('is a body that is sent once it is asked for', async () => {
    const body = '{"value":"continued"}'
    const header = `${LAST}${JSON_TYPE}Content-Length: ${body.length}\r\nExpect: 100-continue\r\n\r\n`
    const patient = dial(house.url, `POST /tasks/ok HTTP/1.1\r\n${header}`)
    await patient.receives('HTTP/1.1 100 Continue\r\n\r\n')
    patient.send(body)
    expect(statusesIn(await patient.closed())).toEqual([100, 202])
  })
})

describe('a body of another length than was said', () => {
  it('is its first part, and the rest is a request that makes no sense', async () => {
    const request = `POST /tasks/ok HTTP/1.1\r\n${HOST}${JSON_TYPE}Content-Length: 2\r\n\r\n{}{"value":"more"}`
    const answer = await dial(house.url, request).closed()
    expect(statusesIn(answer)).toEqual([202, 400])
  })

  it('is refused where the client ends before its last byte', async () => {
    const short = dial(house.url, `POST /tasks/ok HTTP/1.1\r\n${HOST}${JSON_TYPE}Content-Length: 9\r\n\r\n{}`)
    short.socket.end()
    expect(statusesIn(await short.closed())).toEqual([400])
  })

  it('is no body at all where the client is gone', async () => {
    const { items } = (await house.api.get('/jobs').expect(200)).body as { items: unknown[] }
    const header = `${HOST}${JSON_TYPE}Content-Length: 20\r\nExpect: 100-continue\r\n\r\n`
    const aborted = dial(house.url, `POST /tasks/ok HTTP/1.1\r\n${header}`)
    await aborted.receives('100 Continue')
    aborted.send('{"value":"abor')
    aborted.socket.resetAndDestroy()
    await aborted.closed()
    expect((await house.api.get('/jobs').expect(200)).body).toMatchObject({ items })
  })

  it('is answered once, though the rest of it is broken', async () => {
    const header = `${HOST}Content-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n`
    const client = dial(house.url, `POST /tasks/ok HTTP/1.1\r\n${header}5\r\nhello\r\n`)
    await client.receives('"code":"unsupported-media-type"')
    client.send('no chunk\r\n')
    expect(statusesIn(await client.closed())).toEqual([415])
  })
})

describe('a client that is gone while it is refused', () => {
  it.each([
    ['after it asked for a proxy', `CONNECT example.com:443 HTTP/1.1\r\n${HOST}\r\n`],
    ['after it sent garbage', 'hello\r\n\r\n'],
  ])('does no harm: %s', async (_what, request) => {
    for (let n = 0; n < 20; n++) {
      const client = dial(house.url, request)
      await client.receives('HTTP/1.1 400')
      client.send('x'.repeat(10_000))
      client.socket.resetAndDestroy()
      await client.closed()
    }
  })

  it('does none either where it ends its half at once', async () => {
    const client = dial(house.url, `GET /jobs HTTP/1.1\r\n${HOST}\r\n`)
    client.socket.end()
    await client.closed()
  })
})
