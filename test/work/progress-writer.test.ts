import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { Progress } from '../../src/job/progress.ts'
import { progressWriter } from '../../src/work/progress-writer.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** A database that answers when it is told to. */
function slow() {
  const saves: (PromiseWithResolvers<void> & { readonly percent: number })[] = []
  const save = ({ percent }: Progress) => {
    const asked = { percent, ...Promise.withResolvers<void>() }
    saves.push(asked)
    return asked.promise
  }
  return {
    saves,
    writer: progressWriter(save, () => undefined),
    asked: () => saves.map(({ percent }) => percent),
  }
}

it('saves one after another, however slow that is, and then the latest', async () => {
  const { saves, writer, asked } = slow()
  writer.report(10)
  for (const percent of [20, 30, 40]) {
    writer.report(percent)
    await vi.advanceTimersByTimeAsync(1000)
  }
  expect(asked()).toEqual([10])
  saves[0]?.reject(new Error('it is away'))
  await vi.advanceTimersByTimeAsync(1000)
  expect(asked()).toEqual([10, 40])
  saves[1]?.resolve()
  await vi.advanceTimersByTimeAsync(1000)
  writer.report(50)
  expect(asked()).toEqual([10, 40, 50])
})

it('waits at the end for what is being saved, and saves nothing after that', async () => {
  const { saves, writer, asked } = slow()
  writer.report(10)
  writer.report(20)
  let ended = false
  const stopped = writer.stop().then(() => (ended = true))
  await vi.advanceTimersByTimeAsync(1000)
  expect(ended).toBe(false)
  saves[0]?.resolve()
  await stopped
  writer.report(30)
  await vi.advanceTimersByTimeAsync(1000)
  expect(asked()).toEqual([10])
})
