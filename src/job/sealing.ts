/** Sealing the secrets in an input: what is stored of them is of no use without a key that is not in the database. */
import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto'
import { isObject, type Json, type Path } from './json.ts'

export interface Sealer {
  /** The input with each `{"secret": "…"}` sealed, for this job alone: moved to another it does not open. */
  seal(input: Json, jobId: string): Json
  /** As it was sent. @throws Error where none of the keys is that of then */
  open(input: unknown, jobId: string): unknown
}

// AES-256-GCM with a nonce for each, as NIST SP 800-38D §8.2 has it.
const CIPHER = 'aes-256-gcm'
const IV_BYTES = 12
const TAG_BYTES = 16

/** @param keys texts of any length; the first seals, all of them open */
export function sealerWith(keys: readonly [string, ...string[]]): Sealer {
  const [first, ...others] = keys.map((key) => createHash('sha256').update(key).digest()) as [
    Buffer,
    ...Buffer[],
  ]
  return {
    seal: (input, jobId) =>
      mapSecrets(input, (secret) => ({ sealed: encrypt(first, secret, jobId) })) as Json,
    open: (input, jobId) =>
      mapSecrets(input, (secret) => {
        if (!isObject(secret) || typeof secret['sealed'] !== 'string') return secret
        return decrypt([first, ...others], secret['sealed'], jobId)
      }),
  }
}

/** A stored input as the task is to have it; what cannot be opened stays as it is, and will not fit the task's schema. */
export function openInput(
  { sealsSecrets }: { readonly sealsSecrets?: boolean },
  sealer: Sealer | undefined,
  input: unknown,
  jobId: string,
): unknown {
  if (!sealsSecrets || !sealer) return input
  try {
    return sealer.open(input, jobId)
  } catch {
    return input
  }
}

/** Where the first secret stands; undefined where there is none. */
export function findSecret(value: unknown, at: Path = []): Path | undefined {
  if (isSecret(value)) return at
  if (typeof value !== 'object' || value === null) return undefined
  for (const [name, member] of Object.entries(value)) {
    const found = findSecret(member, [...at, Array.isArray(value) ? Number(name) : name])
    if (found) return found
  }
  return undefined
}

function mapSecrets(value: unknown, change: (secret: unknown) => unknown): unknown {
  if (isSecret(value)) return { secret: change(value.secret) }
  if (Array.isArray(value)) return value.map((item) => mapSecrets(item, change))
  if (!isObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, mapSecrets(member, change)]))
}

function isSecret(value: unknown): value is { readonly secret: unknown } {
  if (!isObject(value) || Object.keys(value).length !== 1) return false
  const { secret } = value as { readonly secret?: unknown }
  return typeof secret === 'string' || (isObject(secret) && typeof secret['sealed'] === 'string')
}

function encrypt(key: Buffer, secret: unknown, jobId: string): string {
  const iv = randomBytes(IV_BYTES)
  const cipher = createCipheriv(CIPHER, key, iv).setAAD(Buffer.from(jobId))
  const text = Buffer.concat([cipher.update(JSON.stringify(secret), 'utf8'), cipher.final()])
  return Buffer.concat([iv, cipher.getAuthTag(), text]).toString('base64url')
}

function decrypt(keys: readonly Buffer[], sealed: string, jobId: string): unknown {
  const bytes = Buffer.from(sealed, 'base64url')
  const [iv, tag, text] = [
    bytes.subarray(0, IV_BYTES),
    bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES),
    bytes.subarray(IV_BYTES + TAG_BYTES),
  ]
  for (const key of keys) {
    try {
      const decipher = createDecipheriv(CIPHER, key, iv).setAAD(Buffer.from(jobId)).setAuthTag(tag)
      return JSON.parse(decipher.update(text, undefined, 'utf8') + decipher.final('utf8'))
    } catch {
      // Sealed with another.
    }
  }
  throw new Error(
    'The secrets of the job cannot be opened: none of the keys is that of when it was submitted',
  )
}
