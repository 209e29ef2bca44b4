import { describe, expect, it } from 'vitest'
import { eventStreamParser } from '../../src/conformance/event-stream-parser.ts'

function read(...chunks: readonly (string | Uint8Array)[]) {
  const parser = eventStreamParser()
  for (const chunk of chunks) parser.write(typeof chunk === 'string' ? Buffer.from(chunk) : chunk, 7)
  return parser.parsed
}

describe('the parser of event streams', () => {
  it('reads an event with its type, its id and all its lines', () => {
    const { events } = read('event: job\nid: 3\ndata: {"a":\ndata:1}\n\n')
    expect(events).toEqual([{ type: 'job', id: '3', data: '{"a":\n1}', at: 7 }])
  })

  it('takes CR, LF and CRLF for line ends, wherever the stream is cut', () => {
    const stream = 'id: 1\r\ndata: a\r\n\r\nid: 2\rdata: b\r\rid: 3\ndata: c\n\n'
    for (let cut = 0; cut <= stream.length; cut++) {
      const { events } = read(stream.slice(0, cut), stream.slice(cut))
      expect(events.map(({ id, data }) => id + data)).toEqual(['1a', '2b', '3c'])
    }
  })

  it('keeps the id of an event for those after it, and ignores one with a NUL', () => {
    const { events, ids } = read('id: 1\ndata: a\n\ndata: b\n\nid: 2\0\ndata: c\n\nid\ndata: d\n\n')
    expect(events.map(({ id }) => id)).toEqual(['1', '1', '1', ''])
    expect(ids).toEqual(['1', '2\0', ''])
  })

  it('drops what has no data, and an event that is not complete', () => {
    expect(read('event: job\nid: 4\n\ndata: a\n').events).toEqual([])
    expect(read('data\n\ndata:\n\ndata:  a\n\n').events.map(({ data }) => data)).toEqual(['', '', ' a'])
  })

  it('forgets the type with the event', () => {
    expect(read('event: job\ndata: a\n\ndata: b\n\n').events.map(({ type }) => type)).toEqual([
      'job',
      'message',
    ])
  })

  it('reads comments and retry values, and ignores other fields', () => {
    const parsed = read('\uFEFF: hello\n:\nretry: 3000\nretry: soon\nfoo: bar\n\n')
    expect(parsed.comments).toEqual([
      { text: 'hello', at: 7 },
      { text: '', at: 7 },
    ])
    expect(parsed.retries).toEqual(['3000', 'soon'])
    expect(parsed.events).toEqual([])
  })

  it('puts a character together that came in two parts, and refuses what is not UTF-8', () => {
    const bytes = Buffer.from('data: ü\n\n')
    expect(read(bytes.subarray(0, 7), bytes.subarray(7)).events[0]?.data).toBe('ü')
    expect(() => read(Buffer.from('data: \xFC\n\n', 'latin1'))).toThrow(TypeError)
  })
})
