/** The event stream format, read as a browser reads it (WHATWG HTML §9.2.6), with what a browser drops kept for the rows. */

export interface StreamEvent {
  /** `message` where the stream does not say. */
  readonly type: string
  /** Its lines, joined. */
  readonly data: string
  /** The last event id as of this event: a later event without one has the earlier's. */
  readonly id: string
  /** ms since 1970, by this clock. */
  readonly at: number
}

export interface Comment {
  readonly text: string
  readonly at: number
}

/** Filled while the stream is read. */
export interface Parsed {
  readonly events: StreamEvent[]
  readonly comments: Comment[]
  /** The value of every `retry` field, also of those a browser ignores. */
  readonly retries: string[]
  /** The value of every `id` field, also of those a browser ignores as they hold a NUL. */
  readonly ids: string[]
}

export interface Parser {
  readonly parsed: Parsed
  /** @throws TypeError where the bytes are not UTF-8 */
  write(bytes: Uint8Array, at?: number): void
}

export function eventStreamParser(): Parser {
  // A byte order mark at the start is no part of the stream; the decoder takes it away.
  const decoder = new TextDecoder('utf-8', { fatal: true })
  const parsed: Parsed = { events: [], comments: [], retries: [], ids: [] }
  let rest = ''
  let event = { type: '', data: [] as string[] }
  let lastId = ''

  return {
    parsed,
    write(bytes, at = Date.now()) {
      rest += decoder.decode(bytes, { stream: true })
      for (let line = takeLine(); line !== undefined; line = takeLine()) read(line, at)
    },
  }

  /** A CR at the very end may be half of a line end, so it waits for what follows. */
  function takeLine(): string | undefined {
    const end = /\r\n|\n|\r(?!$)/.exec(rest)
    if (!end) return undefined
    const line = rest.slice(0, end.index)
    rest = rest.slice(end.index + end[0].length)
    return line
  }

  function read(line: string, at: number): void {
    if (line === '') return dispatch(at)
    const colon = line.indexOf(':')
    const name = colon === -1 ? line : line.slice(0, colon)
    const value = colon === -1 ? '' : line.slice(colon + 1).replace(/^ /, '')
    if (colon === 0) parsed.comments.push({ text: value, at })
    else if (name === 'event') event.type = value
    else if (name === 'data') event.data.push(value)
    else if (name === 'retry') parsed.retries.push(value)
    else if (name === 'id') {
      parsed.ids.push(value)
      if (!value.includes('\0')) lastId = value
    }
  }

  /** What has no data is no event, whatever else it has. */
  function dispatch(at: number): void {
    const { type, data } = event
    event = { type: '', data: [] }
    if (data.length > 0)
      parsed.events.push({ type: type || 'message', data: data.join('\n'), id: lastId, at })
  }
}
