import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { gather, Overfull, type GatherOptions } from '../../src/store/gather.ts'

/** Serves numbers by doubling them, and notes the batches; each waits until it is let go. */
function bench(options: Partial<GatherOptions<number, number>> = {}) {
  const batches: number[][] = []
  const held: PromiseWithResolvers<void>[] = []
  const calls = gather<number, number>({
    async serve(batch) {
      batches.push([...batch])
      const hold = Promise.withResolvers<void>()
      held.push(hold)
      await hold.promise
      return batch.map((n) => n * 2)
    },
    atOnce: 1,
    maxItems: 100,
    ...options,
  })
  const turn = async () => {
    // One in which those before are answered, one at whose end the next are served.
    for (let n = 0; n < 3; n++) await new Promise((resolve) => setImmediate(resolve))
  }
  return { calls, batches, turn, letGo: () => held.shift()?.resolve() }
}

describe('gathering calls', () => {
  it('serves at once those of the same turn, and together those that come meanwhile', async () => {
    const { calls, batches, turn, letGo } = bench()
    const first = [calls.ask(1), calls.ask(2)]
    await turn()
    expect(batches).toEqual([[1, 2]])
    const second = [calls.ask(3), calls.ask(4), calls.ask(5)]
    await turn()
    expect(batches).toHaveLength(1)
    letGo()
    expect(await Promise.all(first)).toEqual([2, 4])
    await turn()
    expect(batches).toEqual([
      [1, 2],
      [3, 4, 5],
    ])
    letGo()
    expect(await Promise.all(second)).toEqual([6, 8, 10])
  })

  it('has no more under way than it may, and no batch larger than it may be', async () => {
    const { calls, batches, turn, letGo } = bench({ atOnce: 2, maxItems: 3, maxBytes: 10, bytesOf: (n) => n })
    const all = [1, 1, 1, 9, 9, 1].map((n) => calls.ask(n))
    await turn()
    // By count, and by size: what crosses the line is still taken along, or nothing large would ever be served.
    expect(batches).toEqual([
      [1, 1, 1],
      [9, 9],
    ])
    letGo()
    await turn()
    expect(batches[2]).toEqual([1])
    letGo()
    letGo()
    await Promise.all(all)
  })

  it('serves parties in turn, however many calls one of them has made', async () => {
    const { calls, batches, turn, letGo } = bench({
      maxItems: 4,
      partyOf: (n) => (n < 100 ? 'greedy' : `${n}`),
    })
    const all = [1, 2, 3, 4, 5, 6, 100, 200].map((n) => calls.ask(n))
    await turn()
    expect(batches[0]).toEqual([1, 100, 200, 2])
    letGo()
    await turn()
    letGo()
    expect(await Promise.all(all)).toHaveLength(8)
    expect(batches[1]).toEqual([3, 4, 5, 6])
  })

  it('lets only the one fail that a batch has failed for', async () => {
    const served: number[][] = []
    const calls = gather<number, number>({
      serve: (batch) => {
        served.push([...batch])
        return batch.includes(3)
          ? Promise.reject(new Error('not a 3'))
          : Promise.resolve(batch.map((n) => n * 2))
      },
      atOnce: 1,
      maxItems: 100,
      isBlamed: (error) => error instanceof Error && error.message === 'not a 3',
    })
    const answers = await Promise.allSettled([1, 2, 3, 4].map((n) => calls.ask(n)))
    expect(answers.map((answer) => (answer.status === 'fulfilled' ? answer.value : 'failed'))).toEqual([
      2,
      4,
      'failed',
      8,
    ])
    expect(served.map((batch) => batch.length)).toEqual([4, 1, 1, 1, 1])
  })

  it('fails all of a batch with what is nobody’s fault, and serves the next', async () => {
    let away = true
    const calls = gather<number, number>({
      serve: (batch) => (away ? Promise.reject(new Error('away')) : Promise.resolve(batch)),
      atOnce: 1,
      maxItems: 100,
    })
    const answers = await Promise.allSettled([calls.ask(1), calls.ask(2)])
    expect(answers.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    away = false
    expect(await calls.ask(3)).toBe(3)
  })

  it('takes on no more of a party than may wait, in count and in size', async () => {
    const mayWait = { items: 2, bytes: 20, ms: Infinity }
    const { calls, turn, letGo } = bench({
      maxItems: 1,
      mayWait,
      bytesOf: (n) => n,
      partyOf: (n) => (n < 50 ? 'a' : 'b'),
    })
    const taken = [calls.ask(1)]
    await turn()
    taken.push(calls.ask(2), calls.ask(3))
    await expect(calls.ask(4)).rejects.toThrow(Overfull)
    taken.push(calls.ask(60))
    await expect(calls.ask(61)).rejects.toThrow(Overfull)
    for (const _ of taken) {
      letGo()
      await turn()
    }
    expect(await Promise.all(taken)).toEqual([2, 4, 6, 120])
  })

  it('never serves who has waited for too long: they were told so, or have gone', async () => {
    vi.useFakeTimers({ toFake: ['performance'] })
    onTestFinished(() => void vi.useRealTimers())
    const mayWait = { items: Infinity, bytes: Infinity, ms: 900 }
    const { calls, batches, turn, letGo } = bench({ mayWait })
    const first = calls.ask(1)
    await turn()
    const late = expect(calls.ask(2)).rejects.toThrow(Overfull)
    vi.advanceTimersByTime(500)
    const inTime = calls.ask(3)
    vi.advanceTimersByTime(500)
    letGo()
    await turn()
    await late
    letGo()
    expect(await Promise.all([first, inTime])).toEqual([2, 6])
    expect(batches).toEqual([[1], [3]])
  })
})
