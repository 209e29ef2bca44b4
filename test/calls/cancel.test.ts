/** Canceling work that a callee accepted: as the callee offers it, and quickly. */
import { describe, expect, it } from 'vitest'
import { segment, type GivenInput } from './support/drive.ts'
import { serve, type Reply } from './support/loopback.ts'

/** A callee whose 202 is this; the job is canceled while it waits. Gives what the callee was then told. */
async function toldOf(accepted: Reply, polled?: Reply) {
  const server = await serve(({ method, url }, before) => {
    if (before === 0) return { ...accepted, status: 202 }
    if (method === 'GET' && url === '/m') return polled ?? {}
    return { status: 500 }
  })
  const given: GivenInput = { url: `${server.url}/work`, body: { json: {} } }
  let { pause } = await segment(given)
  if (polled) ({ pause } = await segment(given, { context: { state: pause?.state } }))
  const seenBefore = server.received.length
  const context = { state: pause?.state, canceled: () => true }
  const { error, transcript } = await segment(given, { context })
  expect(error?.name).toBe('AbortError')
  const told = server.received.slice(seenBefore).map(({ method, url }) => `${method} ${url}`)
  expect(transcript.slice(seenBefore)).toHaveLength(told.length)
  return told
}

const location = '/m'
const links = { cancel: '/m/cancel' }

describe('a cancel', () => {
  it.each<[string, Reply, string]>([
    ['links.cancel', { headers: { location }, json: { links } }, 'POST /m/cancel'],
    ['a HAL link', { headers: { location }, json: { _links: { cancel: { href: '/c' } } } }, 'POST /c'],
    ['cancelUrl', { headers: { location }, json: { cancelUrl: '/c' } }, 'POST /c'],
    ['cancel_url', { headers: { location }, json: { cancel_url: '/c' } }, 'POST /c'],
    ['urls.cancel', { headers: { location }, json: { urls: { cancel: '/c' } } }, 'POST /c'],
    ['a Link', { headers: { location, link: '</a>; rel="self", </c>; rel="cancel x"' } }, 'POST /c'],
    ['OData', { headers: { location, 'odata-version': '4.0' } }, 'DELETE /m'],
    [
      'FHIR',
      { headers: { 'content-location': location, 'content-type': 'application/fhir+json' } },
      'DELETE /m',
    ],
  ])('is passed on by %s', async (_, accepted, told) => {
    expect(await toldOf(accepted)).toEqual([told])
  })

  it('is passed on as a later answer offers it', async () => {
    const polled = { json: { status: 'running', links } }
    expect(await toldOf({ headers: { location } }, polled)).toEqual(['POST /m/cancel'])
  })

  it('is passed on as an earlier answer offered it', async () => {
    const polled = { json: { status: 'running' } }
    expect(await toldOf({ headers: { location }, json: { links } }, polled)).toEqual(['POST /m/cancel'])
  })

  it('is passed on to nobody where nothing is offered', async () => {
    expect(await toldOf({ headers: { location } })).toEqual([])
    expect(await toldOf({ headers: { location }, json: { cancelUrl: 'mailto:a@b' } })).toEqual([])
  })

  it('that comes during a poll is passed on, and the poll left', async () => {
    const stop = new AbortController()
    const server = await serve(({ method }, before) => {
      if (before === 0) return { status: 202, headers: { location }, json: { links } }
      if (method === 'POST') return {}
      stop.abort(new DOMException('canceled', 'AbortError'))
      return { hangs: true }
    })
    const given = { url: `${server.url}/work`, body: { json: {} } }
    const { pause } = await segment(given)
    const canceled = () => stop.signal.aborted
    const context = { state: pause?.state, signal: stop.signal, canceled }
    const { error } = await segment(given, { context })
    expect(error).toBe(stop.signal.reason)
    expect(server.received.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'POST /work',
      'GET /m',
      'POST /m/cancel',
    ])
  })

  it('is not what a shutdown is', async () => {
    const stop = new AbortController()
    const server = await serve((_, before) => {
      if (before === 0) return { status: 202, headers: { location }, json: { links } }
      stop.abort(new DOMException('shutdown', 'AbortError'))
      return { hangs: true }
    })
    const given = { url: `${server.url}/work`, body: { json: {} } }
    const { pause } = await segment(given)
    const { error } = await segment(given, { context: { state: pause?.state, signal: stop.signal } })
    expect(error).toBe(stop.signal.reason)
    expect(server.received).toHaveLength(2)
  })
})
