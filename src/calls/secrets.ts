/** The secrets in an input: finding them, putting them where they are sent, and keeping them out of all that is shown. */
import { isObject, type Json } from '../job/json.ts'

/** Shown instead of what was sent as `{secret: …}`. */
export const REDACTED = '[redacted]'

// What is shorter is found everywhere, and guessed anyway.
const LEAST_LENGTH = 4

export interface Secret {
  readonly secret: string
}

export function isSecret(value: unknown): value is Secret {
  return isObject(value) && Object.keys(value).length === 1 && typeof value['secret'] === 'string'
}

/** The JSON with each secret as `shown` makes it. */
export function withSecrets(value: Json, shown: (secret: string) => string): Json {
  if (isSecret(value)) return shown(value.secret)
  if (Array.isArray(value)) return value.map((item: Json) => withSecrets(item, shown))
  if (!isObject(value)) return value
  const members = Object.entries(value as Record<string, Json>)
  return Object.fromEntries(members.map(([name, member]) => [name, withSecrets(member, shown)]))
}

/** All secrets anywhere in the value. */
export function secretsIn(value: unknown): readonly string[] {
  if (isSecret(value)) return [value.secret]
  if (Array.isArray(value)) return value.flatMap(secretsIn)
  return isObject(value) ? Object.values(value).flatMap(secretsIn) : []
}

/** Takes secrets out of what a callee says, which may be what it was told. */
export interface Redactor {
  readonly text: (text: string) => string
  readonly json: (value: Json) => Json
  readonly bytes: (bytes: Buffer) => Buffer
}

export function redactor(secrets: readonly string[]): Redactor {
  const forms = new Set(secrets.flatMap(formsOf))
  // The longest first: one may be part of another.
  const known = [...forms].toSorted((a, b) => b.length - a.length)
  const binary = known.map((secret) => Buffer.from(secret).toString('latin1'))
  return { text: (text) => hide(text, known), json: ofJson, bytes: ofBytes }

  function ofJson(value: Json): Json {
    if (known.length === 0) return value
    if (typeof value === 'string') return hide(value, known)
    if (typeof value === 'number') return forms.has(String(value)) ? '[secret]' : value
    if (Array.isArray(value)) return value.map(ofJson)
    if (!isObject(value)) return value
    const members = Object.entries(value as Record<string, Json>)
    return Object.fromEntries(members.map(([name, member]) => [hide(name, known), ofJson(member)]))
  }

  function ofBytes(bytes: Buffer): Buffer {
    if (known.length === 0) return bytes
    return Buffer.from(hide(bytes.toString('latin1'), binary), 'latin1')
  }
}

function hide(text: string, secrets: readonly string[]): string {
  // The last is the shortest: a document may have a hundred thousand texts that are shorter.
  if (text.length < (secrets.at(-1)?.length ?? 0)) return text
  return secrets.reduce((rest, secret) => rest.replaceAll(secret, '[secret]'), text)
}

/** As it is, as JSON and URLs write it, and without the scheme of an Authorization: a callee echoes any of these. */
function formsOf(secret: string): readonly string[] {
  const bare = /^(?:bearer|basic|token) +(\S+)$/i.exec(secret)?.[1]
  return [secret, ...(bare === undefined ? [] : [bare])]
    .flatMap((text) => [text, ...jsonForms(text), ...urlForms(text.toWellFormed())])
    .filter(({ length }) => length >= LEAST_LENGTH)
}

/** As JavaScript writes it, as PHP does, and as Python does. */
function jsonForms(text: string): readonly string[] {
  const plain = JSON.stringify(text).slice(1, -1)
  const ascii = plain.replaceAll(
    /[\u007F-\uFFFF]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
  return [plain, plain.replaceAll('/', '\\/'), ascii]
}

function urlForms(text: string): readonly string[] {
  return [encodeURIComponent(text), new URLSearchParams([['', text]]).toString().slice(1)]
}
