/** Where the client runs, and what stands between it and a server. */
import { afterEach, describe, expect, it, vi } from 'vitest'
import { client, follow } from '../../src/client/client.ts'
import { json, standIn } from './support/stand-in.ts'

afterEach(() => {
  vi.unstubAllGlobals()
})

const failed = { id: '1', task: 'ok', status: 'failed', done: true }

describe('the client asks', () => {
  const places: readonly (readonly [string, string | undefined, string])[] = [
    ['outside of pages', undefined, 'http://localhost:3000/jobs/1'],
    ['in a page', 'https://page.example/deep/er', 'https://page.example/jobs/1'],
    ['in a worker made of a blob', 'blob:https://page.example/0b5c', 'https://page.example/jobs/1'],
    ['in a page that no server has', 'file:///home/page.html', 'http://localhost:3000/jobs/1'],
  ]
  it.for(places)('%s the server of the page, if there is one', async ([, href, asked]) => {
    if (href !== undefined) vi.stubGlobal('location', { href, origin: new URL(href).origin })
    const { fetch, asked: requests } = standIn(() => json(failed))
    await client({ fetch }).get('1')
    expect(requests[0]?.url).toBe(asked)
  })

  it('below a prefix, whatever is said of slashes and queries', async () => {
    const { fetch, asked } = standIn(() => json(failed))
    for (const url of [
      'http://a.example/async',
      'http://a.example/async//',
      'http://a.example/async/?x=1#y',
    ]) {
      await client({ url, fetch }).get('1')
      await client({ url, fetch }).get('/async/jobs/1?x=1')
    }
    expect(new Set(asked.map((request) => request.url))).toEqual(new Set(['http://a.example/async/jobs/1']))
  })
})

describe('a proxy', () => {
  it('that makes the tags of answers weak does not keep a job from running again', async () => {
    const { fetch, asked } = standIn(({ method }) =>
      method === 'GET' ? json(failed, { headers: { etag: 'W/"7-a"' } }) : json(failed, { status: 202 }),
    )
    await client({ fetch }).retry('1')
    expect(asked[1]?.headers.get('if-match')).toBe('"7-a"')
  })
})

describe('a fetch of one’s own', () => {
  it('may make answers that say nothing of where they come from', async () => {
    const { fetch, asked } = standIn((_, before) =>
      before === 0 ? new Response(null, { status: 202, headers: { location: '/work/1' } }) : json({ n: 1 }),
    )
    const response = await follow('http://a.example/work', { method: 'POST', fetch })
    expect(await response.json()).toEqual({ n: 1 })
    expect(asked[1]?.url).toBe('http://a.example/work/1')
  })
})
