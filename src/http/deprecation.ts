/** What is said of a deprecated task with each submission and in its description (RFC 9745, RFC 8594). */
import type { Response } from 'express'
import type { KnownTask } from '../job/catalogue.ts'

export function setDeprecation(res: Response, { deprecated }: KnownTask): void {
  if (!deprecated) return
  const { since, sunset, see } = deprecated
  // A Date of structured fields: seconds since 1970, after an @ (RFC 9651 §3.3.7).
  res.set('Deprecation', `@${Math.floor(Date.parse(since) / 1000)}`)
  if (sunset !== undefined) res.set('Sunset', new Date(sunset).toUTCString())
  if (see !== undefined) res.append('Link', `<${see}>; rel="deprecation"; type="text/html"`)
}
