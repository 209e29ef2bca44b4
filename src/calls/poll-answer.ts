/** What a callee's answer to "how far is it?" means, in whichever of the common dialects it is given. */
import { isObject } from '../job/json.ts'
import type { Document } from './document.ts'
import { resolved } from './monitor.ts'
import { shortened } from './words.ts'

const GOING =
  'accepted active creating deleting enqueued executing inprogress notstarted ongoing pending processing provisioning queued retrying running scheduled started starting submitted updating waiting working'
const ENDED_WELL = 'complete completed done finished ok succeeded success successful'
const ENDED_BADLY = 'aborted canceled cancelled error errored expired failed failure timedout'

const MEANINGS: ReadonlyMap<string, 'going' | 'well' | 'badly'> = new Map(
  (
    [
      ['going', GOING],
      ['well', ENDED_WELL],
      ['badly', ENDED_BADLY],
    ] as const
  ).flatMap(([meaning, words]) => words.split(' ').map((word) => [word, meaning] as const)),
)

export type PollAnswer =
  | { readonly kind: 'going'; readonly word?: string }
  /** The answer itself is the result. */
  | { readonly kind: 'result' }
  | { readonly kind: 'result-at'; readonly url: string }
  | { readonly kind: 'failed'; readonly word: string; readonly reason: string; readonly retryable: boolean }

/** Of a successful answer from the monitor; `target` is where the result was said to be when the work was accepted. */
export function pollAnswerOf(
  status: number,
  { json }: Document,
  at: { readonly monitor: string; readonly base: string; readonly target?: string | undefined },
): PollAnswer {
  const spoken = isObject(json) ? statusIn(json) : undefined
  if (status === 202) return { kind: 'going', ...(spoken ? { word: spoken.word } : {}) }
  if (status !== 200 || !spoken || !isObject(json)) return { kind: 'result' }
  const { word, meaning } = spoken
  if (meaning === 'going') return { kind: 'going', word }
  if (meaning === 'badly') return { kind: 'failed', word, ...errorIn(json) }
  const links = isObject(json['links']) ? json['links'] : {}
  const named = linkTo(links['result']) ?? linkTo(json['resourceLocation'])
  const url = resolved(named, at.base) ?? at.target
  return url === undefined || url === at.monitor ? { kind: 'result' } : { kind: 'result-at', url }
}

/** The first of the usual members that says a word we know. */
function statusIn(
  json: Record<string, unknown>,
): { readonly word: string; readonly meaning: 'going' | 'well' | 'badly' } | undefined {
  const properties = isObject(json['properties']) ? json['properties'] : {}
  for (const value of [json['status'], json['state'], properties['provisioningState']]) {
    if (typeof value !== 'string' || value.length > 100) continue
    const meaning = MEANINGS.get(value.toLowerCase().replaceAll(/[\s_-]/g, ''))
    if (meaning) return { word: shortened(value, 40), meaning }
  }
  return undefined
}

/** A URL as a string, or as HAL has it. */
export function linkTo(value: unknown): string | undefined {
  if (typeof value === 'string' && value !== '') return value
  return isObject(value) && typeof value['href'] === 'string' ? value['href'] : undefined
}

function errorIn(json: Record<string, unknown>): { readonly reason: string; readonly retryable: boolean } {
  const properties = isObject(json['properties']) ? json['properties'] : {}
  const error = json['error'] ?? properties['error'] ?? json['message']
  if (typeof error === 'string') return { reason: error, retryable: false }
  if (!isObject(error)) return { reason: '', retryable: false }
  const said = [error['code'], error['title'], error['message'] ?? error['detail']].filter(isWord).map(String)
  return { reason: said.join(': '), retryable: error['retryable'] === true }
}

function isWord(value: unknown): value is string | number {
  return (typeof value === 'string' && value !== '') || typeof value === 'number'
}
