/** Preferences (RFC 7240): asking for them, and what an answer says of them. */
import type { Answer } from './exchange.ts'
import { expect } from './expect.ts'
import { expectInTime } from './in-time.ts'

/** Each a field line of its own. */
export function prefer(...lines: readonly string[]) {
  return { headers: { Prefer: lines } }
}

/** What Preference-Applied names, in lower case; preferences without a value have ''. */
export function appliedOf({ headers }: Answer): ReadonlyMap<string, string> {
  const preferences = (headers['preference-applied'] ?? '').split(',').map((item) => item.trim())
  return new Map(
    preferences.filter(Boolean).map((preference) => {
      const [name = '', value = ''] = preference.split(';')[0]?.split('=') ?? []
      return [name.trim().toLowerCase(), value.trim().replaceAll('"', '')]
    }),
  )
}

export function expectApplied(answer: Answer, name: string, value = ''): void {
  const said = answer.headers['preference-applied']
  const wanted = value === '' ? name : `${name}=${value}`
  expect(
    appliedOf(answer).get(name) === value,
    `${nameOf(answer)}: Preference-Applied is ${said ?? 'absent'}, without ${wanted}`,
  )
}

/** After `wait=1`, for work that takes longer. @throws Late */
export function expectWaitedASecond(answer: Answer, asked: string): void {
  expect(answer.status === 202, `${asked}, for what takes longer, was answered ${answer.status}, not 202`)
  expectBetween(answer, 900, 3000, asked)
}

/** @throws Late */
export function expectBetween(answer: Answer, leastMs: number, mostMs: number, asked: string): void {
  const what = `${nameOf(answer)}: the answer to ${asked}`
  expect(answer.ms >= leastMs, `${what} took ${Math.round(answer.ms)} ms only, not ${leastMs} or more`)
  expectInTime(answer.ms, mostMs, what)
}

function nameOf({ method, url, status }: Answer): string {
  return `${method} ${url.pathname} (${status})`
}
