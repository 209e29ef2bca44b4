import { describe, expect, it } from 'vitest'
import { defineTask, TaskError, z, type TaskContext } from '../../src/acceptd.ts'
import { known } from '../../src/job/catalogue.ts'
import { runTask, type StopReason } from '../../src/work/run-task.ts'

const nothing = () => undefined
const context = {
  jobId: 'j',
  attempt: 1,
  principal: 'ada',
  traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  progress: nothing,
  transcript: nothing,
  log: { info: nothing, warn: nothing, error: nothing },
}

const running = (run: (context: TaskContext) => Promise<number>, timeoutSeconds = 60) => {
  const task = defineTask({
    summary: 's',
    input: z.null(),
    output: z.number(),
    timeoutSeconds,
    run: (_, ctx) => run(ctx),
  })
  return runTask(known('t', task), null, context, { maxOutputBytes: 1000 })
}
/** Waits for its signal, and then does what it is told to. */
const onAbort = (then: () => number) => (ctx: TaskContext) =>
  new Promise<number>((resolve, reject) => {
    ctx.signal.addEventListener('abort', () => {
      try {
        resolve(then())
      } catch (error) {
        reject(error)
      }
    })
  })
const giveUp = () => {
  throw new TaskError('Given up')
}

describe('a task', () => {
  it('that is over its time hears it through its signal, and has timed out whatever it then says', async () => {
    for (const then of [giveUp, () => 7]) {
      const { outcome, finished } = running(onAbort(then), 0.02)
      expect(await outcome).toMatchObject({ kind: 'failed', failure: { code: 'timed-out', retryable: true } })
      await finished
    }
  })

  it.each([
    ['canceled', 'canceled'],
    ['interrupted', 'interrupted'],
    ['lost', 'interrupted'],
  ] as const)('that gives up when it is %s has been %s, not failed', async (reason: StopReason, kind) => {
    const { outcome, stop } = running(onAbort(giveUp))
    stop(reason)
    expect(await outcome).toEqual({ kind })
  })

  it('that finishes in spite of a cancel has finished', async () => {
    const { outcome, stop } = running(onAbort(() => 7))
    stop('canceled')
    expect(await outcome).toEqual({ kind: 'completed', result: '7' })
  })

  it('hears the first reason to stop only', async () => {
    const { outcome, stop } = running(onAbort(giveUp))
    stop('canceled')
    stop('interrupted')
    expect(await outcome).toEqual({ kind: 'canceled' })
  })

  it('may throw before it has begun, or anything at all', async () => {
    const thrown = [
      null,
      undefined,
      'text',
      Object.freeze(new Error('x')),
      new Proxy({}, { get: () => giveUp() }),
    ]
    for (const what of thrown) {
      const { outcome, finished } = running(() => {
        // oxlint-disable-next-line no-throw-literal, typescript/only-throw-error -- what a careless task may do
        throw what
      })
      expect(await outcome).toMatchObject({ kind: 'failed', failure: { code: 'task-failed' } })
      await finished
    }
  })
})
