import { describe, expect, it } from 'vitest'
import { afterCall, room } from '../../src/job/circuit.ts'

const closed = { state: 'closed', trips: 0 } as const

describe('a circuit', () => {
  it.each([
    [9, 9, false],
    [10, 4, false],
    [10, 5, true],
    [100, 49, false],
    [100, 50, true],
  ])('of %i calls with %i failures opens: %s', (calls, failures, opens) => {
    expect(afterCall(closed, false, { calls, failures })?.state === 'open').toBe(opens)
  })

  it('stays open twice as long each time, five minutes at most', () => {
    const waits = [0, 1, 2, 3, 4, 5, 50].map((trips) => {
      return afterCall({ state: 'half-open', trips }, false, { calls: 1, failures: 1 })?.openSeconds
    })
    expect(waits).toEqual([15, 30, 60, 120, 240, 300, 300])
  })

  it('closes when a probe goes well, and has forgotten everything', () => {
    const window = { calls: 10, failures: 9 }
    expect(afterCall({ state: 'half-open', trips: 3 }, true, window)).toEqual({ state: 'closed', trips: 0 })
  })

  it('does not heed calls that began before it opened', () => {
    const window = { calls: 10, failures: 0 }
    expect(afterCall({ state: 'open', trips: 1 }, true, window)).toBeUndefined()
  })

  it('lets as many through as the origin may have, one to probe it, none while it is open', () => {
    expect([room('closed', 3, 10), room('closed', 12, 10)]).toEqual([7, 0])
    expect([room('half-open', 0, 10), room('half-open', 1, 10), room('open', 0, 10)]).toEqual([1, 0, 0])
  })
})
