import { describe, expect, it } from 'vitest'
import { defineTask, z } from '../../src/acceptd.ts'
import { known } from '../../src/job/catalogue.ts'
import { isSuspects, suspectsOf } from '../../src/job/lane.ts'
import { lanesOf } from '../../src/work/lanes.ts'
import { slotsFor } from '../../src/work/slots.ts'
import { until } from '../support/until.ts'

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
const withSuspects = (ofMail = 3) =>
  slotsFor(
    queues.flatMap(({ task, queue }) => [
      { task, queue },
      { task, queue: suspectsOf(queue) },
    ]),
    catalogue,
    (lane) => (lane === 'mail' ? ofMail : 5),
  )

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

  it('are as many for suspects as for the others of their queue, but one at a time in all lanes', () => {
    const some = withSuspects()
    expect(some.most).toMatchObject({
      'default/.suspects': 1,
      'default/few/.suspects': 1,
      'mail/.suspects': 1,
    })
    some.take('default/few/.suspects')
    // It counts in its lane and for its task.
    expect(['default', 'default/few', 'mail'].map(some.free)).toEqual([4, 1, 3])
    expect(['default/.suspects', 'mail/.suspects'].map(some.free)).toEqual([0, 0])
    some.giveBack('default/few/.suspects')
    expect(['default', 'default/few', 'mail/.suspects'].map(some.free)).toEqual([5, 2, 0])
    some.settled('default/few/.suspects')
    expect(some.free('mail/.suspects')).toBe(1)
  })

  it('are none for a suspect where its lane or its task has none free, or the worker serves it not', () => {
    const some = withSuspects()
    for (const queue of ['default/few', 'default/few']) some.take(queue)
    expect(['default/few/.suspects', 'default/.suspects'].map(some.free)).toEqual([0, 1])
    expect(withSuspects(0).most).toMatchObject({ 'mail/.suspects': 0 })
    expect(withSuspects(0).free('mail/.suspects')).toBe(0)
  })

  it('are reserved while they are asked for, so that no two lanes take the one place for a suspect', () => {
    const some = withSuspects()
    const release = some.reserve('default/.suspects', 1)
    expect(some.free('mail/.suspects')).toBe(0)
    release()
    expect(some.free('mail/.suspects')).toBe(1)
  })

  it('are none for a queue that is not served', () => {
    expect(slots().free('elsewhere')).toBeLessThanOrEqual(0)
  })
})

describe('lanes that ask at the same time', () => {
  it('take one suspect between them, and the next when that one has ended', async () => {
    const some = withSuspects()
    const asked: string[] = []
    const waiting = new Set(['default/.suspects', 'mail/.suspects'])
    const lanes = lanesOf(some, async (queue) => {
      // Queues that are asked answer in a later turn, as a database does.
      await new Promise((resolve) => setTimeout(resolve, 1))
      if (!waiting.delete(queue)) return 0
      asked.push(queue)
      some.take(queue)
      return 1
    })
    lanes.wake(waiting)
    await until('one to be taken', () => asked.length > 0)
    const [first] = asked as [string]
    // What the other lane has besides is not held up by it.
    waiting.add('default').add('mail')
    lanes.wake(['default', 'mail'])
    await until('the others to be taken', () => asked.length >= 3)
    expect(asked.filter(isSuspects)).toEqual([first])
    some.giveBack(first)
    some.settled(first)
    lanes.freed(first)
    await until('the next suspect to be taken', () => asked.filter(isSuspects).length === 2)
    await lanes.stop()
  })
})
