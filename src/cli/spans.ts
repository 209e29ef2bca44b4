/** Times and spans as people say them, and as they write them on a command line. */
import { InvalidArgumentError } from 'commander'

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const WEEK = 7 * DAY

/** `0.3 s`, `12 s`, `3 min`, `2 h`, `5 days`. */
export function span(ms: number): string {
  const positive = Math.max(0, ms)
  if (positive < 10 * SECOND) return `${(Math.floor(positive / 100) / 10).toFixed(1)} s`
  if (positive < 2 * MINUTE) return `${Math.round(positive / SECOND)} s`
  if (positive < 2 * HOUR) return `${Math.round(positive / MINUTE)} min`
  if (positive < 2 * DAY) return `${Math.round(positive / HOUR)} h`
  return `${Math.round(positive / DAY)} days`
}

/** `12 s ago`, `in 3 min`. By this machine's clock, which need not be that of the API: near now is just now. */
export function relative(time: string, now: number = Date.now()): string {
  const ms = now - Date.parse(time)
  if (Number.isNaN(ms)) return ''
  if (Math.abs(ms) < SECOND) return 'just now'
  return ms > 0 ? `${span(ms)} ago` : `in ${span(-ms)}`
}

/** `0:07`, `12:30`, `1:02:03`. */
export function stopwatch(ms: number): string {
  const seconds = Math.floor(ms / SECOND)
  const parts = [Math.floor(seconds / 60) % 60, seconds % 60].map((part) => String(part).padStart(2, '0'))
  const hours = Math.floor(seconds / 3600)
  return hours > 0 ? `${hours}:${parts.join(':')}` : parts.join(':').replace(/^0/, '')
}

// Roughly; whether there is such a day, the API says.
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)$/i
const NO_TIME =
  'Write a time with its zone, such as 2026-12-31T09:00:00Z, or a span such as 90s, 30m, 2h, 7d.'

const UNITS: Readonly<Record<string, number>> = { s: SECOND, m: MINUTE, h: HOUR, d: DAY, w: WEEK }

/** A time with its zone, or `2h` before or after now. @throws InvalidArgumentError */
export function timeIn(text: string, direction: 'before' | 'after'): string {
  const [, count = '', unit = ''] = /^(\d+)([smhdw])$/.exec(text) ?? []
  const ms = Number(count) * (UNITS[unit] ?? 0)
  if (count === '') {
    if (!TIME.test(text)) throw new InvalidArgumentError(NO_TIME)
    return text
  }
  const time = Date.now() + (direction === 'after' ? ms : -ms)
  // A year that no date has, say.
  if (!Number.isFinite(new Date(time).getTime())) throw new InvalidArgumentError('That is too long.')
  return new Date(time).toISOString()
}

// Longer than timers can be set for.
const MOST_SECONDS = 2_000_000

/** @throws InvalidArgumentError */
export function secondsIn(text: string): number {
  const seconds = /^\d+(?:\.\d+)?$/.test(text) ? Number(text) : Number.NaN
  if (Number.isNaN(seconds)) throw new InvalidArgumentError('Write a number of seconds, such as 60 or 0.5.')
  if (seconds === 0) throw new InvalidArgumentError('It must be more than 0 seconds.')
  if (seconds > MOST_SECONDS) throw new InvalidArgumentError(`It must be at most ${MOST_SECONDS} seconds.`)
  return seconds
}
