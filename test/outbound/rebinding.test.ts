import { expect, it } from 'vitest'
import type { Lookup } from '../../src/outbound/resolve.ts'
import { failed, get, lookupOf, serveHttp, testCaller } from '../support/outbound.ts'

/** Another answer each time, as from a name server that wants to be believed once. */
function flipping(...answers: readonly (readonly string[])[]): Lookup & { readonly asked: () => number } {
  let asked = 0
  const lookup: Lookup = (host, options, callback) =>
    lookupOf({ [host]: answers[asked++ % answers.length] ?? [] })(host, options, callback)
  return Object.assign(lookup, { asked: () => asked })
}

it('asks once, and calls what it was told then', async () => {
  const right = await serveHttp((_, res) => void res.end('right'))
  const wrong = await serveHttp((_, res) => void res.end('wrong'), '127.0.0.2')
  const lookup = flipping(['127.0.0.1'], ['127.0.0.2'])
  const caller = testCaller({ exceptions: ['127.0.0.1'] }, { lookup })
  const url = `http://flip.example:${right.port}/`
  expect((await caller.call(get(url))).body.toString()).toBe('right')
  expect(lookup.asked()).toBe(1)
  // The connection is to the address that was checked; nobody has to be asked again.
  expect((await caller.call(get(url))).timings.connectMs).toBeUndefined()
  expect(lookup.asked()).toBe(1)
  expect(wrong.connections()).toBe(0)
})

it('checks anew when it asks anew', async () => {
  const right = await serveHttp((_, res) => void res.end('right'))
  const lookup = flipping(['127.0.0.1'], ['127.0.0.2'], ['127.0.0.1', '10.0.0.1'], ['169.254.169.254'])
  const caller = testCaller({ exceptions: ['127.0.0.1'] }, { lookup })
  const request = get(`http://flip.example:${right.port}/`)
  // HEAD leaves no connection that could be used again.
  expect((await caller.call({ ...request, method: 'HEAD' })).status).toBe(200)
  for (let time = 0; time < 3; time++) {
    const { code, message } = await failed(caller.call(request))
    expect([code, message]).toEqual([
      'blocked-address',
      'The host resolves to an address that may not be called',
    ])
  }
  expect([lookup.asked(), right.connections()]).toEqual([4, 1])
})

it('does not let a call that must be secure use a connection of one that need not be', async () => {
  const server = await serveHttp((_, res) => void res.end('ok'))
  const caller = testCaller({ privateNetworks: true }, { lookup: lookupOf({ 'a.example': ['127.0.0.1'] }) })
  const url = `http://a.example:${server.port}/`
  await caller.call(get(url))
  expect((await caller.call(get(url, { secure: true }))).status).toBe(200)
  expect(server.connections()).toBe(2)
})
