/** What may be called, as the operator has set it; all closed unless said otherwise. */
import { isIP } from 'node:net'
import { domainToASCII } from 'node:url'

export interface OutboundRules {
  /** Loopback and private networks may be called too; metadata services never. */
  readonly privateNetworks: boolean
  /** Networks (CIDR), addresses and host names (`internal.example`, `*.internal.example`) that may be called although private. */
  readonly exceptions: readonly string[]
  /** Where not empty: nothing but these hosts and networks may be called. */
  readonly only: readonly string[]
  /** Ports that may be called. Any port where privateNetworks is on or the host is one of the exceptions. */
  readonly ports: readonly number[]
  /** http://[user:pass@]host:port of a proxy all calls go through with CONNECT. */
  readonly proxy?: string
}

export const DEFAULT_PORTS: readonly number[] = [80, 443, 8080, 8443]

export const DEFAULT_RULES: OutboundRules = {
  privateNetworks: false,
  exceptions: [],
  only: [],
  ports: DEFAULT_PORTS,
}

export type HostRule =
  | { readonly kind: 'network'; readonly address: string; readonly bits: number }
  /** Lower case and in ASCII, without the dot at its end. */
  | { readonly kind: 'name'; readonly name: string; readonly below: boolean }

/** One entry of `exceptions` or `only`; undefined for what is none. */
export function parseHostRule(text: string): HostRule | undefined {
  return network(text) ?? name(text)
}

export function isHostRule(text: string): boolean {
  return parseHostRule(text) !== undefined
}

function network(text: string): HostRule | undefined {
  const [, address = '', bits] = /^([0-9a-f:.]+)(?:\/(\d{1,3}))?$/i.exec(text) ?? []
  const family = isIP(address)
  // Mapped addresses are IPv4 addresses; a network of them would never match.
  if (family === 0 || address.toLowerCase().startsWith('::ffff:')) return undefined
  const width = family === 4 ? 32 : 128
  const prefix = bits === undefined ? width : Number(bits)
  return prefix > width ? undefined : { kind: 'network', address, bits: prefix }
}

const LABEL = /^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/

function name(text: string): HostRule | undefined {
  // Of what is no name, domainToASCII takes the part that is one.
  if (/[^\p{L}\p{M}\p{N}._*-]/u.test(text)) return undefined
  const below = text.startsWith('*.')
  const ascii = domainToASCII((below ? text.slice(2) : text).replace(/\.$/, ''))
  return isHostName(ascii) ? { kind: 'name', name: ascii, below } : undefined
}

/** Whether this is a name and can be nothing else: what ends in a number is an address to some resolvers. */
export function isHostName(text: string): boolean {
  const labels = text.split('.')
  return (
    text.length <= 253 &&
    labels.every((label) => LABEL.test(label)) &&
    !/^(\d+|0x[0-9a-f]*)$/.test(labels.at(-1) ?? '')
  )
}
