/** URLs as they may be shown: in sentences without their query, in transcripts without what in it sounds secret. */

const MAX_SHOWN = 1000
const SOUNDS_SECRET = /key|token|secret|sig|password|auth/i

/** Scheme, host and path. */
export function withoutQuery(url: string): string {
  const parsed = URL.parse(url)
  return parsed ? `${parsed.origin}${parsed.pathname}` : 'a URL'
}

/** With its query, but for values that sound secret. */
export function shownUrl(url: string, hidden: readonly string[] = []): string {
  const parsed = URL.parse(url)
  if (!parsed) return 'a URL'
  const query = shownQuery(parsed.search, hidden)
  const text = `${parsed.origin}${parsed.pathname}${query}`
  return text.length <= MAX_SHOWN ? text : `${text.slice(0, MAX_SHOWN)}…`
}

/**
 * A text with a query in it, without the values of that which sound secret.
 * @param hidden names of others, in lower case
 */
export function shownQuery(text: string, hidden: readonly string[] = []): string {
  return text.replaceAll(/([?&])([^=&?]*)=[^&#>\s]*/g, (whole, before: string, name: string) =>
    isHidden(decoded(name)) ? `${before}${name}=[redacted]` : whole,
  )

  function isHidden(name: string): boolean {
    return SOUNDS_SECRET.test(name) || hidden.includes(name.toLowerCase())
  }
}

function decoded(name: string): string {
  try {
    return decodeURIComponent(name)
  } catch {
    return name
  }
}

/** A text that may quote URLs, with the queries of those taken out. */
export function withoutQueries(text: string): string {
  return text.replaceAll(/(https?:\/\/[^\s?#"'<>]*)[?#][^\s"'<>]*/gi, '$1')
}
