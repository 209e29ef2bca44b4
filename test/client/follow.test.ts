/** Any server's 202, followed to its end: stand-ins for Azure, OData, FHIR and those that redirect, and acceptd itself. */
import { describe, expect, it } from 'vitest'
import { follow, OperationFailedError } from '../../src/client/client.ts'
import { useCallee, type Answering } from '../support/callee.ts'
import { DIALECTS, json, workIn } from '../support/callee-scenes.ts'
import { useHouse } from '../support/house.ts'

const callee = useCallee()
const house = useHouse()

/** Answers in turn, the last for ever. */
function inTurn(...answers: readonly Answering[]): Answering {
  let asked = 0
  return (request, res) => answers[Math.min(asked++, answers.length - 1)]?.(request, res)
}

const soon = { 'retry-after': '1' }
const post = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' }

describe('a 202', () => {
  it.concurrent.for(DIALECTS)('of %s is followed to the result', async (dialect) => {
    const at = (path: string) => `/client/${dialect}/${path}`
    const work = workIn(dialect, at('monitor'), at('result'), at('cancel'))
    callee.on(at('work'), (_, res) => work.accept(res))
    callee.on(
      at('monitor'),
      inTurn(
        (_, res) => work.going(res),
        (_, res) => work.done(res),
      ),
    )
    callee.on(at('result'), (_, res) => json(res, 200, { words: 3 }))
    const response = await follow(`${await callee.origin()}${at('work')}`, post)
    expect(response.status).toBe(200)
    expect(await response.json()).toEqual({ words: 3 })
    expect(callee.to(at('work'))).toHaveLength(1)
    expect(callee.to(at('monitor'))).toHaveLength(2)
  })

  it('of acceptd is followed to the result', async () => {
    const body = JSON.stringify({ text: 'a b c' })
    const response = await follow(`${house.url}/tasks/word-count`, { ...post, body })
    expect(await response.json()).toEqual({ words: 3 })
  })

  it('that names no place to look is the answer', async () => {
    callee.on('/silent', (_, res) => json(res, 202, { thanks: true }))
    const response = await follow(`${await callee.origin()}/silent`, post)
    expect(response.status).toBe(202)
    expect(await response.json()).toEqual({ thanks: true })
  })

  it('may name another place each time', async () => {
    callee.on('/moving', (_, res) => res.writeHead(202, { location: '/moving/1', ...soon }).end())
    callee.on('/moving/1', (_, res) => res.writeHead(202, { location: '/moving/2', ...soon }).end())
    callee.on('/moving/2', (_, res) => json(res, 200, { there: true }))
    const response = await follow(`${await callee.origin()}/moving`, post)
    expect(await response.json()).toEqual({ there: true })
    expect(callee.to('/moving/1')).toHaveLength(1)
  })
})

describe('an answer', () => {
  it('that is no 202 is given as it is', async () => {
    const origin = await callee.origin()
    const response = await follow(`${origin}/echo`, { ...post, body: '"hello"' })
    expect(await response.json()).toMatchObject({ method: 'POST', body: '"hello"' })
    expect((await follow(`${origin}/status/204`)).status).toBe(204)
    await expect(follow(`${origin}/status/422`, post)).rejects.toMatchObject({ status: 422 })
  })
})

describe('work that fails', () => {
  it('rejects with what the server said of it', async () => {
    callee.on('/failing', (_, res) =>
      res.writeHead(202, { 'operation-location': '/failing/op', ...soon }).end(),
    )
    const document = { status: 'Failed', error: { code: 'Busy', message: 'No room' } }
    callee.on('/failing/op', (_, res) => json(res, 200, document))
    const error = await follow(`${await callee.origin()}/failing`, post).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(OperationFailedError)
    expect((error as OperationFailedError).message).toBe('Busy: No room')
    expect((error as OperationFailedError).document).toEqual(document)
  })

  it('in OData says so in a header', async () => {
    callee.on('/odata-bad', (_, res) => res.writeHead(202, { location: '/odata-bad/1', ...soon }).end())
    callee.on('/odata-bad/1', (_, res) => json(res, 200, { error: { code: 'x' } }, { asyncresult: '409' }))
    const failing = follow(`${await callee.origin()}/odata-bad`, post)
    await expect(failing).rejects.toMatchObject({ name: 'ProblemError', status: 409 })
  })
})

describe('a request', () => {
  it('that might be done twice is not sent again, one with a key is', async () => {
    const origin = await callee.origin()
    const failing = inTurn(
      (_, res) => void res.socket?.destroy(),
      (_, res) => json(res, 200, {}),
    )
    callee.on('/keyless', failing)
    await expect(follow(`${origin}/keyless`, post)).rejects.toMatchObject({ name: 'ConnectionError' })
    expect(callee.to('/keyless')).toHaveLength(1)
    callee.on(
      '/busy',
      inTurn(
        (_, res) => res.writeHead(429, soon).end(),
        (_, res) => json(res, 200, {}),
      ),
    )
    expect((await follow(`${origin}/busy`, post)).status).toBe(200)
    callee.on(
      '/keyed',
      inTurn(
        (_, res) => void res.socket?.destroy(),
        (_, res) => json(res, 200, {}),
      ),
    )
    const headers = { ...post.headers, 'Idempotency-Key': 'k' }
    expect((await follow(`${origin}/keyed`, { ...post, headers })).status).toBe(200)
    expect(callee.to('/keyed')).toHaveLength(2)
  })

  it('keeps its credentials to its own origin', async () => {
    const [here, elsewhere] = [await callee.origin(), await callee.origin()]
    callee.on('/apart', (_, res) => res.writeHead(202, { location: `${elsewhere}/apart/1`, ...soon }).end())
    callee.on(
      '/apart/1',
      inTurn(
        (_, res) => res.writeHead(202, { location: `${here}/apart/2`, ...soon }).end(),
        (_, res) => json(res, 200, {}),
      ),
    )
    callee.on('/apart/2', (_, res) => json(res, 200, {}))
    await follow(`${here}/apart`, { ...post, headers: { ...post.headers, Authorization: 'Bearer secret' } })
    expect(callee.to('/apart')[0]?.headers.authorization).toBe('Bearer secret')
    expect(callee.to('/apart/1')[0]?.headers.authorization).toBeUndefined()
    expect(callee.to('/apart/2')[0]?.headers.authorization).toBe('Bearer secret')
    expect(callee.to('/apart/2')[0]?.headers['content-type']).toBeUndefined()
  })

  it('ends at its deadline and when its signal says so', async () => {
    callee.on('/forever', (_, res) => res.writeHead(202, { location: '/forever/1', ...soon }).end())
    callee.on('/forever/1', (_, res) => res.writeHead(202, soon).end())
    const url = `${await callee.origin()}/forever`
    const timed = follow(url, { ...post, timeoutSeconds: 1.5 })
    const stopped = follow(url, { ...post, signal: AbortSignal.timeout(100) })
    await Promise.all([
      expect(timed).rejects.toMatchObject({ name: 'DeadlineError' }),
      expect(stopped).rejects.toMatchObject({ name: 'TimeoutError' }),
    ])
  })
})
