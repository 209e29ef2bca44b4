/** Dates as HTTP writes them (RFC 9110 §5.6.7). */

const IMF_FIXDATE =
  /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} \d\d:\d\d:\d\d GMT$/

/** The one form to send; also the weekday must be the date's. */
export function isImfFixdate(text: string): boolean {
  return IMF_FIXDATE.test(text) && new Date(text).toUTCString() === text
}
