/** The origin of a URL: whom a call is to, however that is spelt. */

/** Undefined for what is no URL, or has no origin. The dot of a full name is left out: it is the same host. */
export function originOf(url: string): string | undefined {
  const parsed = URL.parse(url)
  if (!parsed || parsed.origin === 'null') return undefined
  if (parsed.hostname.endsWith('.')) parsed.hostname = parsed.hostname.slice(0, -1)
  return parsed.origin
}
