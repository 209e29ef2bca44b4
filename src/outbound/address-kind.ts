/** What kind of address that is: one of the public internet, one of a network of ours, or one that nobody may call. */
import { isIP, isIPv6 } from 'node:net'
import ipaddr from 'ipaddr.js'

/** `private` may be allowed; `never` may not, whatever the rules say. */
export type AddressKind = 'public' | 'private' | 'never'

export type Address = ipaddr.IPv4 | ipaddr.IPv6

/** All spellings of an address are one, and an IPv4-mapped address is the IPv4 address: calling one is calling the other. */
export function parseAddress(address: string): Address {
  // In hexadecimal only: ipaddr.js takes ::127.0.0.1 for ::ffff:127.0.0.1, which it is not.
  const plain = isIPv6(address) ? new URL(`http://[${address}]`).hostname.slice(1, -1) : address
  return ipaddr.process(plain)
}

export function isSameAddress(one: string, other: string): boolean {
  return parseAddress(one).toNormalizedString() === parseAddress(other).toNormalizedString()
}

// What clouds hand credentials out at, outside of link-local: AWS, Google, Scaleway, Oracle, Alibaba, Azure.
const METADATA = new Set(
  ['fd00:ec2::254', 'fd20:ce::254', 'fd00:42::42', '192.0.0.192', '100.100.100.200', '168.63.129.16'].map(
    (address) => parseAddress(address).toNormalizedString(),
  ),
)

export function kindOf(address: string): AddressKind {
  // A zone says on which of our own links: nobody else can have meant that.
  if (isIP(address) === 0 || address.includes('%')) return 'never'
  const ip = parseAddress(address)
  if (METADATA.has(ip.toNormalizedString())) return 'never'
  return 'octets' in ip ? kindOfIPv4(ip) : kindOfIPv6(ip)
}

// Of the names that ipaddr.js has for ranges. The rest is link-local, multicast, reserved, a tunnel with any address in it,
// or another thing that no server of anybody has.
const PRIVATE = new Set(['loopback', 'private', 'carrierGradeNat', 'uniqueLocal'])

function kindOfIPv4(ip: ipaddr.IPv4): AddressKind {
  const range = ip.range()
  if (range === 'unicast') return 'public'
  return PRIVATE.has(range) ? 'private' : 'never'
}

const GLOBAL_UNICAST = ipaddr.IPv6.parse('2000::')

function kindOfIPv6(ip: ipaddr.IPv6): AddressKind {
  const range = ip.range()
  // ipaddr.js says so of all it does not know, such as ::7f00:1, which some systems take for 127.0.0.1.
  if (range === 'unicast') return ip.match(GLOBAL_UNICAST, 3) ? 'public' : 'never'
  if (range === 'rfc6052') return kindThroughNat64(ip)
  return PRIVATE.has(range) ? 'private' : 'never'
}

const NAT64 = ipaddr.IPv6.parse('64:ff9b::')

// Where there is IPv6 only, this is how the resolver spells the addresses of all who have IPv4 only.
function kindThroughNat64(ip: ipaddr.IPv6): AddressKind {
  if (!ip.match(NAT64, 96)) return 'never'
  const embedded = ipaddr.fromByteArray(ip.toByteArray().slice(-4)).toString()
  return kindOf(embedded) === 'public' ? 'public' : 'never'
}
