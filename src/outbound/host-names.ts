/** Names that say by themselves where they lead, whatever a resolver makes of them. */

const LOOPBACK = new Set(['localhost', 'localhost.localdomain', 'ip6-localhost', 'ip6-loopback'])

const METADATA = [
  'metadata',
  'metadata.google.internal',
  'metadata.goog',
  'metadata.azure.internal',
  'metadata.tencentyun.com',
  'instance-data',
  'instance-data.ec2.internal',
]

/** Of a name in lower case, without the dot at its end; so below. */
export function isLoopbackName(host: string): boolean {
  return LOOPBACK.has(host) || host.endsWith('.localhost') || host.endsWith('.localhost.localdomain')
}

/** Where clouds hand out credentials. */
export function isMetadataName(host: string): boolean {
  return METADATA.some((name) => host === name || host.endsWith(`.${name}`))
}
