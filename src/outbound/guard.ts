/** Whether a URL, and the addresses that its host has, may be called by the rules. */
import { isIP } from 'node:net'
import { kindOf } from './address-kind.ts'
import { CallError } from './call-error.ts'
import { HostList } from './host-list.ts'
import { isLoopbackName, isMetadataName } from './host-names.ts'
import { isHostName, type OutboundRules } from './rules.ts'

export interface CheckOptions {
  /** https only, but for plain http to hosts that are private, where these may be called, or exceptions. */
  readonly secure?: boolean
}

const MAX_URL = 8000

const LOCKED = 'may not be called'
const BY_HTTPS_ONLY = 'The URL must be an https one: plain http is for private hosts only'
const PORT_LOCKED = `The port of the URL ${LOCKED}`
const NOT_LISTED = 'The host is not among those that may be called'

export class Guard {
  readonly #rules: OutboundRules
  readonly #exceptions: HostList
  readonly #only: HostList

  constructor(rules: OutboundRules) {
    this.#rules = rules
    this.#exceptions = new HostList(rules.exceptions)
    this.#only = new HostList(rules.only)
  }

  /** All that can be said without asking DNS. @throws CallError blocked-address */
  checkUrl(text: string, options: CheckOptions = {}): URL {
    const url = parseUrl(text)
    const host = hostOf(url)
    if (isIP(host) === 0) this.#checkName(url, host, options)
    else this.checkAddresses(url, [host], options)
    return url
  }

  /** All of them must be allowed: which one is called is a matter of chance. @throws CallError blocked-address */
  checkAddresses(url: URL, addresses: readonly string[], { secure = false }: CheckOptions = {}): void {
    const host = hostOf(url)
    const subject = isIP(host) === 0 ? 'The host resolves to' : 'The URL names'
    const named = this.#exceptions.hasName(host)
    const excepted = (address: string) => named || this.#exceptions.hasAddress(address)
    for (const address of addresses) {
      const kind = kindOf(address)
      const open = kind === 'public' || (kind === 'private' && this.#rules.privateNetworks)
      if (kind === 'never' || !(open || excepted(address))) {
        throw blocked(`${subject} an address that ${LOCKED}`)
      }
    }
    const listed = this.#only.isEmpty || this.#only.hasName(host)
    if (!listed && !addresses.every((address) => this.#only.hasAddress(address))) throw blocked(NOT_LISTED)
    if (!this.#mayPort(url) && !addresses.every(excepted)) throw blocked(PORT_LOCKED)
    const ours = (address: string) => excepted(address) || kindOf(address) === 'private'
    if (secure && url.protocol === 'http:' && !addresses.every(ours)) throw blocked(BY_HTTPS_ONLY)
  }

  #checkName(url: URL, host: string, { secure = false }: CheckOptions): void {
    if (!isHostName(host)) throw blocked('The URL names no valid host')
    if (isMetadataName(host)) throw blocked(`The host ${LOCKED}`)
    // What is a matter of the addresses then is judged once they are known.
    const perhaps = this.#exceptions.hasName(host) || this.#exceptions.hasNetworks
    const open = this.#rules.privateNetworks || perhaps
    if (isLoopbackName(host) && !open) throw blocked(`The host ${LOCKED}`)
    if (!this.#only.isEmpty && !this.#only.hasName(host) && !this.#only.hasNetworks) throw blocked(NOT_LISTED)
    if (!this.#mayPort(url) && !perhaps) throw blocked(PORT_LOCKED)
    if (secure && url.protocol === 'http:' && !open) throw blocked(BY_HTTPS_ONLY)
  }

  #mayPort(url: URL): boolean {
    return this.#rules.privateNetworks || this.#rules.ports.includes(portOf(url))
  }
}

/** The name or address without brackets. */
export function hostOf(url: URL): string {
  return url.hostname.replace(/^\[(.*)\]$/, '$1')
}

export function portOf(url: URL): number {
  return url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port)
}

function parseUrl(text: string): URL {
  if (text.length > MAX_URL) throw blocked(`The URL is longer than ${MAX_URL} characters`)
  // URL takes some of them out wherever they stand, so that others read another URL than we do.
  // oxlint-disable-next-line no-control-regex
  if (/[\u0000-\u0020\u007f]/.test(text)) throw blocked('The URL has a space or a control character in it')
  const url = URL.parse(text)
  if (!url || url.href.length > MAX_URL) throw blocked('The URL is not an absolute URL')
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw blocked('The URL must be an http or https one')
  if (url.username !== '' || url.password !== '') throw blocked('The URL must have neither user nor password')
  if (url.port === '0') throw blocked(PORT_LOCKED)
  url.hash = ''
  // The dot of a full name: the same host, of another origin if it stayed.
  if (url.hostname.endsWith('.')) url.hostname = url.hostname.slice(0, -1)
  return url
}

function blocked(message: string): CallError {
  return new CallError('blocked-address', message)
}
