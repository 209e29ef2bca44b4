/** Event streams as the client reads them, however they are cut. */
import { describe, expect, it } from 'vitest'
import { client } from '../../src/client/client.ts'
import { standIn } from './support/stand-in.ts'

const running = { id: '1', note: 'ä – 😀', done: false }
const completed = { ...running, note: '語', done: true }

const spellings: readonly (readonly [string, string])[] = [
  ['with LF', '\n'],
  ['with CRLF', '\r\n'],
  ['with CR', '\r'],
]

function streamWith(end: string): Uint8Array {
  const lines = [
    '\uFEFFretry: 2000',
    '',
    ': a comment: with a colon',
    'event: job',
    'id: 7',
    'id: with a \0',
    ...JSON.stringify(running, null, 1)
      .split('\n')
      .map((line) => `data: ${line}`),
    '',
    'id: 8',
    '',
    'unknown: field',
    `data:${JSON.stringify(completed)}`,
    '',
    ':',
    '',
  ]
  return new TextEncoder().encode(lines.join(end))
}

function cutInto(bytes: Uint8Array, size: number): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      for (let at = 0; at < bytes.length; at += size) controller.enqueue(bytes.slice(at, at + size))
      controller.close()
    },
  })
}

describe('an event stream', () => {
  it.for(spellings)('%s is read wherever it is cut', async ([, end]) => {
    const bytes = streamWith(end)
    for (const size of [1, 2, 3, 5, 7, bytes.length]) {
      const { fetch } = standIn(
        () =>
          new Response(cutInto(bytes, size), {
            headers: { 'content-type': 'text/event-stream; charset=utf-8' },
          }),
      )
      const seen: unknown[] = []
      for await (const job of client({ url: 'http://a.example', fetch }).events('1')) seen.push(job)
      expect(seen).toEqual([running, completed])
    }
  })

  it('is taken up after the last event that was whole', async () => {
    const { fetch, asked } = standIn((_, before) => {
      const body =
        before === 0
          ? `id: 7\ndata: ${JSON.stringify(running)}\n\nid: 8\ndata: {"cut`
          : `id: 9\ndata: ${JSON.stringify(completed)}\n\n`
      return new Response(body, { headers: { 'content-type': 'text/event-stream' } })
    })
    const seen: unknown[] = []
    for await (const job of client({ url: 'http://a.example', fetch }).events('1')) seen.push(job)
    expect(seen).toEqual([running, completed])
    expect(asked[1]?.headers.get('last-event-id')).toBe('7')
  })
})
