/** An answer's body as what it is: JSON, text or bytes; and as what of it can be kept. */
import { findFlaws, isDeeperThan, MAX_DEPTH, type Json } from '../job/json.ts'
import type { OutboundResponse } from '../outbound/caller.ts'
import { headerOf } from './headers.ts'
import type { Redactor } from './secrets.ts'

export interface Document {
  /** Absent where it is no JSON, or only a part of some. */
  readonly json?: Json
  /** '' for what is not text. */
  readonly text: string
  readonly isText: boolean
}

const JSON_TYPE = /^(?:application|text)\/(?:[\w.!#$&^+-]+\+)?json$/
const TEXT_TYPE =
  /^text\/|^application\/(?:[\w.!#$&^+-]+\+)?(?:json|xml|yaml)$|^application\/(?:x-www-form-urlencoded|javascript|ecmascript|x-ndjson|ndjson|jsonl|json-seq|x-yaml|graphql|sql|toml|http)$/

export function documentOf({ headers, body, truncated }: OutboundResponse): Document {
  const contentType = headerOf(headers, 'content-type') ?? ''
  const type = contentType.split(';', 1).join().trim().toLowerCase()
  const text = textOf(body, type, charsetOf(contentType))
  if (text === undefined) return { text: '', isText: false }
  const json = JSON_TYPE.test(type) && !truncated ? parsed(text) : undefined
  return { text, isText: true, ...(json === undefined ? {} : { json }) }
}

function charsetOf(contentType: string): string {
  return /;\s*charset="?([\w.:-]+)/i.exec(contentType)?.[1] ?? 'utf-8'
}

/** Undefined where these bytes are no text. */
function textOf(body: Buffer, type: string, charset: string): string | undefined {
  const isText = TEXT_TYPE.test(type)
  if (!isText && type !== '') return undefined
  try {
    // As a stream: where the body was cut off within a character, that is left out. Untyped bytes are text if they can be.
    return new TextDecoder(charset, { fatal: !isText }).decode(body, { stream: true })
  } catch {
    // A charset nobody knows, or untyped bytes that are none.
    return undefined
  }
}

function parsed(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json
  } catch {
    return undefined
  }
}

/** The JSON if it can be kept as it is: nothing in it is lost, and the database takes it. */
export function keepableJson({ json, text }: Document): Json | undefined {
  if (json === undefined) return undefined
  // One level less: it stands in a result.
  if (isDeeperThan(json, MAX_DEPTH - 1) || findFlaws(json).length > 0) return undefined
  return losesNumbers(text) ? undefined : json
}

/** The text as the database takes it. */
export function keepableText(text: string): string {
  return text.replaceAll('\u0000', '\uFFFD').toWellFormed()
}

/** The text as it may be shown. JSON is written anew: there are too many ways to write a secret in it. */
export function shownText(document: Document, redact: Redactor): string {
  const json = keepableJson(document)
  return json === undefined ? redact.text(document.text) : JSON.stringify(redact.json(json))
}

// Only a literal of 16 digits or more, or with an exponent, can lose anything; most bodies have none.
const SUSPECT = /\d[\d.]{15}|\d[eE]/

// The third argument, with the literal as it stood in the text (ES2026), is not in TypeScript's library yet.
type Reviver = (name: string, value: unknown, context: { readonly source?: string }) => unknown
const parseWithSource = JSON.parse as (text: string, reviver: Reviver) => unknown

/** True where a number is no double: a whole number past 2^53, which is mostly an id, or one beyond all doubles. */
function losesNumbers(text: string): boolean {
  if (!SUSPECT.test(text)) return false
  let loses = false
  parseWithSource(text, (_name, value, { source }) => {
    if (typeof value === 'number' && source !== undefined && isLost(source, value)) loses = true
    return null
  })
  return loses
}

function isLost(source: string, value: number): boolean {
  if (!Number.isFinite(value)) return true
  return /^-?\d+$/.test(source) && !Number.isSafeInteger(value)
}
