/** What the answer to "how far is it?" means, in whichever of the common dialects it is given. */
import { membersOf } from './members.ts'
import { resolved } from './monitor.ts'

const WORDS = {
  going:
    'accepted active creating deleting enqueued executing inprogress notstarted ongoing pending processing provisioning queued retrying running scheduled started starting submitted updating waiting working',
  well: 'complete completed done finished ok succeeded success successful',
  badly: 'aborted canceled cancelled error errored expired failed failure timedout',
} as const

type Meaning = keyof typeof WORDS
const MEANINGS = Object.keys(WORDS) as Meaning[]

export type PollAnswer =
  | { readonly kind: 'going'; readonly word?: string }
  /** The answer itself is the result. */
  | { readonly kind: 'result' }
  | { readonly kind: 'result-at'; readonly url: string }
  | { readonly kind: 'failed'; readonly word: string; readonly reason: string; readonly retryable: boolean }

/**
 * Of a successful answer from the monitor.
 * @param json its body, where that is JSON
 * @param at where it was asked, where the answer came from, and where the result was said to be when the work was accepted
 */
export function pollAnswerOf(
  status: number,
  json: unknown,
  at: { readonly monitor: string; readonly base: string; readonly target?: string | undefined },
): PollAnswer {
  const document = membersOf(json)
  const spoken = statusIn(document)
  if (status === 202) return { kind: 'going', ...(spoken ? { word: spoken.word } : {}) }
  if (status !== 200 || !spoken) return { kind: 'result' }
  const { word, meaning } = spoken
  if (meaning === 'going') return { kind: 'going', word }
  if (meaning === 'badly') return { kind: 'failed', word, ...errorIn(document) }
  const named = linkTo(membersOf(document['links'])['result']) ?? linkTo(document['resourceLocation'])
  const url = resolved(named, at.base) ?? at.target
  return url === undefined || url === at.monitor ? { kind: 'result' } : { kind: 'result-at', url }
}

/** The first of the usual members that says a word we know. */
function statusIn(
  document: Readonly<Record<string, unknown>>,
): { readonly word: string; readonly meaning: Meaning } | undefined {
  const { status, state, properties } = document
  for (const word of [status, state, membersOf(properties)['provisioningState']]) {
    if (typeof word !== 'string' || word.length > 100) continue
    const plain = word.toLowerCase().replaceAll(/[\s_-]/g, '')
    for (const meaning of MEANINGS) if (WORDS[meaning].split(' ').includes(plain)) return { word, meaning }
  }
  return undefined
}

/** A URL as a string, or as HAL has it. */
export function linkTo(value: unknown): string | undefined {
  if (typeof value === 'string' && value !== '') return value
  const { href } = membersOf(value)
  return typeof href === 'string' ? href : undefined
}

function errorIn(document: Readonly<Record<string, unknown>>): {
  readonly reason: string
  readonly retryable: boolean
} {
  const said = document['error'] ?? membersOf(document['properties'])['error'] ?? document['message']
  if (typeof said === 'string') return { reason: said, retryable: false }
  const { code, title, message, detail, retryable } = membersOf(said)
  const words = [code, title, message ?? detail].filter(isWord)
  return { reason: words.join(': '), retryable: retryable === true }
}

function isWord(value: unknown): value is string | number {
  return (typeof value === 'string' && value !== '') || typeof value === 'number'
}
