/** Every UTF-16 code unit in every place that takes a text, or from which a task may say one. */
import type { Piece, Request } from './request.ts'
import { bytesOf, isFlawed, percentEncoded } from './texts.ts'

const UNITS_EACH = 64
// And one more: the first once again, without U+0000, which is refused with all that is beside it.
const BLOCKS = 0x1_00_00 / UNITS_EACH + 1

const submitted = (path: string, input: unknown): Request =>
  sent('POST', path, Buffer.from(JSON.stringify(input)))

function sent(
  method: string,
  target: Piece,
  body: Buffer = Buffer.alloc(0),
  headers: Request['headers'] = [],
): Request {
  const type = body.length > 0 ? [['Content-Type', 'application/json'] as const] : []
  return { method, target: [target], headers: [...type, ...headers], body }
}

const asHeader = (text: string) => bytesOf(text).toString('latin1')
const EMPTY = Buffer.from('{}')

/** Places where a text must be one that can be kept. */
const INPUTS: readonly ((text: string) => Request)[] = [
  (text) => submitted('/tasks/word-count', { text }),
  (text) => submitted('/tasks/echo', { value: [{ [`a${text}`]: text }] }),
  (text) => submitted('/jobs', { task: text, input: {} }),
  (text) => submitted('/jobs', { task: 'echo', input: {}, tags: [text] }),
  (text) => sent('POST', `/tasks/echo?tags=${percentEncoded(text)}`, EMPTY),
  (text) => sent('GET', `/jobs?tag=${percentEncoded(text)}`),
  (text) => sent('GET', `/jobs?task=${percentEncoded(text)}`),
  (text) => sent('GET', `/jobs?cursor=${percentEncoded(text)}`),
  (text) => sent('GET', `/jobs/${percentEncoded(text)}`),
  (text) => sent('GET', `/tasks/${percentEncoded(text)}`),
  (text) => sent('POST', '/tasks/echo', bytesOf(`{"value":"${text}"}`)),
]

/** Places where it is bytes, whatever they mean. */
const HEADERS: readonly ((text: string) => Request)[] = [
  (text) => sent('POST', '/tasks/echo', EMPTY, [['Idempotency-Key', `"${asHeader(text)}"`]]),
  (text) => sent('GET', '/jobs', undefined, [['X-Anything', asHeader(text)]]),
  (text) =>
    sent('GET', (known) => `/jobs/${known.jobId(0)}`, undefined, [['If-None-Match', `"${asHeader(text)}"`]]),
  (text) => sent('GET', `/jobs/${asHeader(text)}`),
]

const AS = ['text', 'fileName', 'mediaType', 'error', 'code', 'accident', 'progress', 'log']

/** What a task says, which is no fault of whoever asks. */
const OUTPUTS = AS.map((as) => (text: string) => submitted('/tasks/speak', { units: unitsOf(text), as }))

const PLACES = [...INPUTS, ...HEADERS, ...OUTPUTS]

// What is most likely to go wrong, so that short campaigns have it too: control characters, U+0000, the first and last of
// either half of surrogate pairs, the last of all.
const FIRST = [
  BLOCKS - 1,
  0,
  ...[0xd800, 0xdbff, 0xdc00, 0xdfff, 0xffff].map((unit) => Math.floor(unit / UNITS_EACH)),
]
const ORDER = [...new Set([...FIRST, ...Array(BLOCKS).keys()])]

/** So many have every code unit in every place. */
export const SWEEP = BLOCKS * PLACES.length

export function sweepRequest(nth: number): Request {
  const place = nth % PLACES.length
  const block = ORDER[Math.floor(nth / PLACES.length) % BLOCKS] as number
  const units = Array.from({ length: UNITS_EACH }, (_, n) =>
    block === BLOCKS - 1 ? Math.max(1, n) : block * UNITS_EACH + n,
  )
  const text = String.fromCharCode(...units)
  const make = PLACES[place] as (text: string) => Request
  return { ...make(text), isFlawed: place < INPUTS.length && isFlawed(text) }
}

function unitsOf(text: string): number[] {
  return Array.from({ length: text.length }, (_, at) => text.charCodeAt(at))
}
