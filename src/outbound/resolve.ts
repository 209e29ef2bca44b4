/** The addresses of a host, asked for once: the ones that were checked are the ones that are called. */
import type { LookupAddress } from 'node:dns'
import { CallError } from './call-error.ts'

/** As `lookup` of node:dns. */
export type Lookup = (
  host: string,
  options: { readonly all: true },
  callback: (error: Error | null, addresses: readonly LookupAddress[]) => void,
) => void

/** @throws CallError dns-error */
export async function resolveHost(lookup: Lookup, host: string): Promise<readonly string[]> {
  const { promise, resolve, reject } = Promise.withResolvers<readonly LookupAddress[]>()
  lookup(host, { all: true }, (error, found) => (error ? reject(error) : resolve(found)))
  const addresses = await promise.catch((cause: unknown) => {
    throw unresolved(cause)
  })
  if (addresses.length === 0) throw unresolved()
  return addresses.map(({ address }) => address)
}

const UNKNOWN = new Set(['ENOTFOUND', 'ENODATA', 'EAI_NONAME', 'EAI_NODATA'])

function unresolved(cause?: unknown): CallError {
  const { code = 'ENOTFOUND' } = (cause ?? {}) as { readonly code?: string }
  const message = UNKNOWN.has(code) ? 'The host name is not known' : 'The host name could not be resolved'
  return new CallError('dns-error', message, { cause })
}
