import { describe, expect, it } from 'vitest'
import { defineTask, z } from '../../src/acceptd.ts'
import { known } from '../../src/job/catalogue.ts'
import { slotsFor } from '../../src/work/slots.ts'

const idle = { summary: 'Do nothing', input: z.object({}), output: z.object({}), run: () => ({}) }
const catalogue = new Map(
  [
    known('one', defineTask(idle)),
    known('few', defineTask({ ...idle, concurrency: 2 })),
    known('many', defineTask({ ...idle, concurrency: 100 })),
    known('letter', defineTask({ ...idle, lane: 'mail' })),
  ].map((task) => [task.name, task] as const),
)
const queues = [...catalogue.values()].map(({ name, queue }) => ({ task: name, queue }))
const slots = () => slotsFor(queues, catalogue, (lane) => (lane === 'mail' ? 3 : 5))

describe('slots', () => {
  it('are as many as the lane has, and for a task with a limit no more than that', () => {
    expect(slots().most).toEqual({ default: 5, 'default/few': 2, 'default/many': 5, mail: 3 })
  })

  it('are taken from the whole lane, and from no other', () => {
    const some = slots()
    for (const queue of ['default/few', 'default/few', 'default']) some.take(queue)
    expect(['default', 'default/few', 'default/many', 'mail'].map(some.free)).toEqual([2, 0, 2, 3])
    some.giveBack('default/few')
    expect(['default', 'default/few', 'default/many', 'mail'].map(some.free)).toEqual([3, 1, 3, 3])
  })

  it('are not given out as long as too much of their lane is still to be written; another lane has its own', () => {
    const some = slots()
    for (let n = 0; n < 2000; n++) {
      some.take('default')
      some.giveBack('default')
    }
    expect(['default', 'default/few', 'mail'].map(some.free)).toEqual([0, 0, 3])
    some.settled('default')
    expect(['default', 'default/few', 'mail'].map(some.free)).toEqual([1, 1, 3])
  })

  it('are none for a queue that is not served', () => {
    expect(slots().free('elsewhere')).toBeLessThanOrEqual(0)
  })
})
