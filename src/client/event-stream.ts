/** Reading Server-Sent Events as they come, as WHATWG HTML §9.2.6 has it. */

export interface StreamEvent {
  readonly data: string
  /** The last that was given, by this event or one before it. */
  readonly id: string
}

/** Takes the text in pieces, cut anywhere; gives the events that are complete by then. */
export function eventReader(): (text: string) => StreamEvent[] {
  let rest = ''
  let data: string[] = []
  let id = ''
  return (text) => {
    const events: StreamEvent[] = []
    // A CR at the very end may be the first half of a CRLF: it waits for what comes after it.
    const lines = (rest + text).split(/\r\n|\n|\r(?!$)/)
    rest = lines.pop() ?? ''
    for (const line of lines) {
      if (line === '') {
        if (data.length > 0) events.push({ data: data.join('\n'), id })
        data = []
        continue
      }
      const [, field, value = ''] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) ?? []
      if (field === 'data') data.push(value)
      else if (field === 'id' && !value.includes('\0')) id = value
    }
    return events
  }
}
