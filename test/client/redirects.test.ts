/** Redirects, which lead elsewhere what was meant for one place. */
import { describe, expect, it } from 'vitest'
import { client, follow } from '../../src/client/client.ts'
import { useCallee, type Answering } from '../support/callee.ts'
import { json } from '../support/callee-scenes.ts'

const callee = useCallee()

const soon = { 'retry-after': '1' }
const headers = { 'Content-Type': 'application/json', 'X-Api-Key': 'secret' }
const post = { method: 'POST', headers, body: '{"n":1}' }

const to =
  (location: string, status = 302): Answering =>
  (_, res) =>
    res.writeHead(status, { location }).end()

const accept =
  (location: string): Answering =>
  (_, res) =>
    res.writeHead(202, { location, ...soon }).end()

/** Answers in turn, the last for ever. */
function inTurn(...answers: readonly Answering[]): Answering {
  let asked = 0
  return (request, res) => answers[Math.min(asked++, answers.length - 1)]?.(request, res)
}

describe('a client', () => {
  it.for([301, 302, 303, 307, 308])('follows no %i, neither with its key nor with a job', async (status) => {
    const [here, elsewhere] = [await callee.origin(), await callee.origin()]
    callee.on(`/${status}/jobs`, to(`${elsewhere}/taken/jobs`, status))
    callee.on(`/${status}/jobs/1`, to(`${elsewhere}/taken/1`, status))
    callee.on(`/${status}/jobs/1/events`, to(`${elsewhere}/taken/events`, status))
    const api = client({ url: `${here}/${status}`, apiKey: 'k', headers: { 'X-Api-Key': 'secret' } })
    await expect(api.submit('ok', {})).rejects.toMatchObject({ name: 'ProblemError', status })
    await expect(api.get('1')).rejects.toMatchObject({ status })
    await expect(api.events('1').next()).rejects.toMatchObject({ status })
    expect(callee.received.filter(({ url }) => url.startsWith('/taken'))).toEqual([])
  })
})

describe('what is followed', () => {
  it('keeps its headers to its own origin, also where that leads elsewhere', async () => {
    const [here, elsewhere] = [await callee.origin(), await callee.origin()]
    callee.on('/store', accept('/store/1'))
    callee.on('/store/1', to(`${elsewhere}/store/result`, 303))
    callee.on('/store/result', (_, res) => json(res, 200, { stored: true }))
    const response = await follow(`${here}/store`, post)
    expect(await response.json()).toEqual({ stored: true })
    expect(callee.to('/store/1')[0]?.headers['x-api-key']).toBe('secret')
    expect(callee.to('/store/result')[0]?.headers['x-api-key']).toBeUndefined()
  })

  it('has only begun where its monitor has moved', async () => {
    const origin = await callee.origin()
    callee.on('/slash', accept('/slash/1'))
    callee.on('/slash/1', to('/slash/1/', 301))
    callee.on(
      '/slash/1/',
      inTurn(
        (_, res) => json(res, 200, { status: 'running' }, soon),
        (_, res) => json(res, 200, { status: 'succeeded', n: 1 }),
      ),
    )
    const response = await follow(`${origin}/slash`, post)
    expect(await response.json()).toEqual({ status: 'succeeded', n: 1 })
  })

  it('is a result where a 303 leads to it, whatever that says of itself', async () => {
    const origin = await callee.origin()
    callee.on('/order', accept('/order/monitor'))
    callee.on('/order/monitor', to('/order/1', 303))
    callee.on('/order/1', (_, res) => json(res, 200, { status: 'pending' }))
    expect(await (await follow(`${origin}/order`, post)).json()).toEqual({ status: 'pending' })
  })

  it('is sent on as it is by a 307, and asked for by a 303', async () => {
    const origin = await callee.origin()
    callee.on('/moved', to('/echo/moved', 307))
    expect(await (await follow(`${origin}/moved`, post)).json()).toMatchObject({
      method: 'POST',
      headers: { 'x-api-key': 'secret' },
      body: '{"n":1}',
    })
    callee.on('/made', to('/echo/made', 303))
    expect(await (await follow(`${origin}/made`, post)).json()).toMatchObject({ method: 'GET', body: '' })
  })

  it('goes round in circles for a while only', async () => {
    const origin = await callee.origin()
    callee.on('/circle', to('/circle'))
    await expect(follow(`${origin}/circle`)).rejects.toMatchObject({ name: 'ProblemError', status: 302 })
    expect(callee.to('/circle').length).toBeLessThan(30)
  })

  it('says of a condition nothing but where it began', async () => {
    const origin = await callee.origin()
    callee.on('/tagged', accept('/tagged/1'))
    callee.on('/tagged/1', ({ headers: sent }, res) =>
      sent['if-match'] === undefined ? json(res, 200, { done: 1 }) : json(res, 412, {}),
    )
    const put = { ...post, method: 'PUT', headers: { ...headers, 'If-Match': '"7"' } }
    expect(await (await follow(`${origin}/tagged`, put)).json()).toEqual({ done: 1 })
    expect(callee.to('/tagged')[0]?.headers['if-match']).toBe('"7"')
  })
})
