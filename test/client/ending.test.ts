/** A call that ends, of itself or because somebody ends it, leaves nothing behind. */
import { getEventListeners } from 'node:events'
import { describe, expect, it } from 'vitest'
import { client, follow, type Client } from '../../src/client/client.ts'
import { json, standIn, type Asked } from './support/stand-in.ts'

const pending = { id: '1', task: 'ok', status: 'pending', done: false }
const completed = { ...pending, status: 'completed', done: true, result: 1 }
const url = 'http://api.example'

async function all(items: AsyncIterable<unknown>): Promise<unknown[]> {
  const found: unknown[] = []
  for await (const item of items) found.push(item)
  return found
}

const CALLS: Readonly<Record<string, (api: Client<never>) => Promise<unknown>>> = {
  get: (api) => api.get('1'),
  wait: (api) => api.wait('1'),
  'wait, by events': (api) => api.wait('1', { events: true, onChange: () => undefined }),
  result: (api) => api.result('1'),
  cancel: (api) => api.cancel('1'),
  retry: (api) => api.retry('1'),
  delete: (api) => api.delete('1'),
  events: (api) => all(api.events('1')),
  list: (api) => all(api.list()),
  attempts: (api) => api.attempts('1'),
  tasks: (api) => api.tasks(),
}

function answer({ url: asked }: Asked): Response {
  const stream = `id: 1\ndata: ${JSON.stringify(completed)}\n\n`
  if (asked.endsWith('/events'))
    return new Response(stream, { headers: { 'content-type': 'text/event-stream' } })
  return json({ ...completed, items: [] })
}

const names = Object.keys(CALLS)
const call = (name: string, api: Client<never>) => CALLS[name]?.(api) ?? Promise.reject(new Error(name))

describe('a call', () => {
  it.for(names)('%s takes back what it hung on the signal of one who lives on', async (name) => {
    const { signal } = new AbortController()
    // Tried again once, so that there is a pause as well.
    const { fetch } = standIn((request, before) =>
      before === 0 ? new Response(null, { status: 503 }) : answer(request),
    )
    await call(name, client({ url, fetch, signal }))
    expect(getEventListeners(signal, 'abort')).toEqual([])
  })

  it.for(names)('%s ends with the reason before it has begun', async (name) => {
    const { fetch, asked } = standIn(answer)
    const signal = AbortSignal.abort(new Error('enough'))
    await expect(call(name, client({ url, fetch, signal }))).rejects.toThrow('enough')
    expect(asked).toEqual([])
  })

  it.for(names)('%s ends with the reason while it waits for an answer', async (name) => {
    const stop = new AbortController()
    const { fetch } = standIn(() => {
      setImmediate(() => stop.abort(new Error('enough')))
      return undefined
    })
    await expect(call(name, client({ url, fetch, signal: stop.signal }))).rejects.toThrow('enough')
    expect(getEventListeners(stop.signal, 'abort')).toEqual([])
  })

  it.for(names)('%s ends with the reason while an answer comes', async (name) => {
    const stop = new AbortController()
    const { fetch } = standIn(({ url: asked, signal }) => {
      const type = asked.endsWith('/events') ? 'text/event-stream' : 'application/json'
      const body = new ReadableStream<Uint8Array>({
        start(controller) {
          signal.addEventListener('abort', () => controller.error(signal.reason))
          controller.enqueue(new TextEncoder().encode('{'))
        },
        pull() {
          setImmediate(() => stop.abort(new Error('enough')))
        },
      })
      return new Response(body, { headers: { 'content-type': type } })
    })
    await expect(call(name, client({ url, fetch, signal: stop.signal }))).rejects.toThrow('enough')
    expect(getEventListeners(stop.signal, 'abort')).toEqual([])
  })

  it.for(names)('%s ends with the reason in a pause between tries', async (name) => {
    const stop = new AbortController()
    const { fetch } = standIn(() => {
      setTimeout(() => stop.abort(new Error('enough')), 20)
      return new Response(null, { status: 503, headers: { 'Retry-After': '30' } })
    })
    await expect(call(name, client({ url, fetch, signal: stop.signal }))).rejects.toThrow('enough')
    expect(getEventListeners(stop.signal, 'abort')).toEqual([])
  })

  it('follow takes back what it hung on the signal as well', async () => {
    const { signal } = new AbortController()
    const { fetch } = standIn((_, before) =>
      before === 0 ? new Response(null, { status: 202, headers: { location: '/1' } }) : json({}),
    )
    await follow(url, { fetch, signal })
    expect(getEventListeners(signal, 'abort')).toEqual([])
  })

  it('that goes over events and is left takes it back, too', async () => {
    const { signal } = new AbortController()
    const { fetch, asked } = standIn(
      () =>
        new Response(`data: ${JSON.stringify(pending)}\n\n`, {
          headers: { 'content-type': 'text/event-stream' },
        }),
    )
    for await (const job of client({ url, fetch, signal }).events('1')) {
      expect(job.done).toBe(false)
      break
    }
    expect(getEventListeners(signal, 'abort')).toEqual([])
    expect(asked[0]?.signal.aborted).toBe(true)
  })
})
