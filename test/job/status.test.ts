import { describe, expect, it } from 'vitest'
import { isTerminal, MOVES, STATUSES, type Status } from '../../src/job/status.ts'

const moves: { from: readonly Status[]; to: Status }[] = Object.values(MOVES)

describe('the table of moves', () => {
  it('leads nowhere from an end, but back to pending where somebody asks for that', () => {
    expect(STATUSES.filter(isTerminal)).toEqual(['completed', 'failed', 'canceled'])
    const { rerun, ...own } = MOVES
    const left = new Set<Status>(Object.values(own).flatMap((move) => [...move.from]))
    expect(STATUSES.filter((status) => !left.has(status))).toEqual(['completed', 'failed', 'canceled'])
    expect(rerun).toEqual({ from: ['failed', 'canceled'], to: 'pending' })
  })

  it('reaches every status from pending', () => {
    const reached = new Set<Status>(['pending'])
    for (const _ of STATUSES) {
      for (const { from, to } of moves) if (from.some((status) => reached.has(status))) reached.add(to)
    }
    expect([...reached].toSorted()).toEqual(STATUSES.toSorted())
  })

  it('leads from every other status to an end, so that no job is stuck by design', () => {
    for (const status of ['pending', 'running'] as const) {
      expect(moves.some((move) => move.from.includes(status) && isTerminal(move.to))).toBe(true)
    }
  })

  it('never leaves a status for itself', () => {
    for (const { from, to } of moves) expect(from).not.toContain(to)
  })

  it('lets only a running job complete, fail or go back to pending', () => {
    for (const name of ['complete', 'fail', 'retry', 'release'] as const) {
      expect(MOVES[name].from).toEqual(['running'])
    }
  })
})
