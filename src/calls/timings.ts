/** How long an answer took, as it is shown. */
import type { Timings } from '../outbound/caller.ts'

/** To a tenth of a millisecond. */
export function rounded({ dnsMs, connectMs, firstByteMs, totalMs }: Timings): Record<string, number> {
  const given = Object.entries({ dnsMs, connectMs, firstByteMs, totalMs })
  return Object.fromEntries(
    given.flatMap(([name, ms]) => (ms === undefined ? [] : [[name, Math.round(ms * 10) / 10]])),
  )
}
