/** What somebody else's Retry-After asks for (RFC 9110 §10.2.3), in seconds from now. */

// A day. What asks for more is mistaken, or has its time in milliseconds.
const MAX_SECONDS = 86_400

// The three forms of an HTTP date (RFC 9110 §5.6.7), taken together; Date.parse alone would take a bare year, and much else.
const HTTP_DATE =
  /^[A-Z][a-z]{2}([a-z]*day)?,? (\d\d[ -][A-Z][a-z]{2}[ -](\d\d){1,2}|[A-Z][a-z]{2} [ \d]\d) \d\d:\d\d:\d\d (GMT|\d{4})$/

/**
 * Seconds from 0 to a day; undefined where the value says nothing that can be understood. A time is taken relative to the
 * server's own clock, which its `Date` header tells: the two clocks need not agree.
 */
export function retryAfterSeconds(
  value: string | null | undefined,
  now: number,
  date?: string | null,
): number | undefined {
  const text = value?.trim() ?? ''
  if (/^\d+$/.test(text)) return Math.min(Number(text), MAX_SECONDS)
  const then = httpDate(text)
  if (then === undefined) return undefined
  const theirs = httpDate(date?.trim() ?? '') ?? now
  return Math.min(Math.max(0, Math.ceil((then - theirs) / 1000)), MAX_SECONDS)
}

/** Milliseconds since 1970. */
function httpDate(text: string): number | undefined {
  if (!HTTP_DATE.test(text)) return undefined
  const time = Date.parse(text.endsWith('GMT') ? text : `${text} GMT`)
  return Number.isNaN(time) ? undefined : time
}
