/** Header fields, read closely: how often one came, and what stands in those the rows look into. */
import type { Answer } from './exchange.ts'
import { expect } from './expect.ts'

/** Every line of the field, as it came. */
export function linesOf({ rawHeaders }: Answer, name: string): string[] {
  return rawHeaders.filter(
    (_, index) => index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === name.toLowerCase(),
  )
}

/** The value of a field that came exactly once. */
export function onlyLineOf(answer: Answer, name: string): string {
  const lines = linesOf(answer, name)
  const [line] = lines
  expect(
    lines.length === 1 && line !== undefined,
    `${answer.method} ${answer.url.pathname} (${answer.status}) has ${lines.length} lines ${name}, not one`,
  )
  return line
}

/** Directives of Cache-Control in lower case; those without a value have ''. */
export function cacheDirectives(answer: Answer): ReadonlyMap<string, string> {
  const directives = (answer.headers['cache-control'] ?? '').split(',').map((item) => item.trim())
  return new Map(
    directives.filter(Boolean).map((directive) => {
      const [name = '', value = ''] = directive.split('=')
      return [name.trim().toLowerCase(), value.trim().replaceAll('"', '')]
    }),
  )
}

/** Delay-seconds only: a date (RFC 9110 §10.2.3 allows one) depends on the client's clock. */
export function retryAfterOf(answer: Answer): number {
  const line = onlyLineOf(answer, 'Retry-After')
  expect(
    /^\d+$/.test(line),
    `${answer.method} ${answer.url.pathname}: Retry-After is "${line}", not whole seconds`,
  )
  return Number(line)
}

/** Without its parameters. */
export function mediaTypeOf({ headers }: Answer): string | undefined {
  return headers['content-type']?.split(';')[0]
}
