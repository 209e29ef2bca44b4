import { expect, it } from 'vitest'
import { leftSeconds } from '../../src/work/unknown-tasks.ts'

it('leaves a job for longer each time that nobody knows its task, and for a minute at most', () => {
  expect([1, 2, 3, 4, 5, 1_000_000].map(leftSeconds)).toEqual([5, 10, 20, 40, 60, 60])
})
