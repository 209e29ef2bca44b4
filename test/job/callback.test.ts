import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { CALLBACK_TASK, EVENTS } from '../../src/job/callback.ts'
import { known } from '../../src/job/catalogue.ts'
import { defineTask } from '../../src/job/define-task.ts'
import { submissionFrom } from '../../src/job/submission.ts'

const task = (name: string, callbackUrl?: string) =>
  known(
    name,
    defineTask({
      summary: 's',
      input: z.object({}),
      output: z.null(),
      run: () => null,
      ...(callbackUrl === undefined ? {} : { callbackUrl }),
    }),
  )
const catalogue = new Map(
  [task('plain'), task('told', 'https://task.example/'), task(CALLBACK_TASK)].map((one) => [one.name, one]),
)
const callbackOf = (sent: object, callbackUrl?: string) =>
  submissionFrom(catalogue, { input: {}, ...sent }, ['input'], {
    urlFlaw: () => undefined,
    canSeal: true,
    callbackUrl,
  }).callback

describe('who is told of the end of a job', () => {
  it('is nobody, where nobody says anything', () => {
    expect(callbackOf({ task: 'plain' })).toBeUndefined()
  })

  it('is whom the submission names, else the task, else the operator', () => {
    const operator = 'https://operator.example/'
    const own = { callbackUrl: 'https://client.example:8443/hooks' }
    expect(callbackOf({ task: 'told', ...own }, operator)).toMatchObject({
      url: own.callbackUrl,
      origin: 'https://client.example:8443',
    })
    expect(callbackOf({ task: 'told' }, operator)?.url).toBe('https://task.example/')
    expect(callbackOf({ task: 'plain' }, operator)?.url).toBe(operator)
  })

  it('is told of every end, in few words, unless it is said otherwise', () => {
    const callbackUrl = 'https://client.example/'
    expect(callbackOf({ task: 'plain', callbackUrl })).toMatchObject({
      events: EVENTS,
      full: false,
      cloudEvents: false,
    })
    const chosen = {
      callbackEvents: ['job.failed', 'job.failed'],
      callbackPayload: 'full',
      callbackCloudEvents: true,
    }
    expect(callbackOf({ task: 'plain', callbackUrl, ...chosen })).toMatchObject({
      events: ['job.failed'],
      full: true,
      cloudEvents: true,
    })
    expect(callbackOf({ task: 'told', callbackEvents: [] })).toBeUndefined()
  })

  it('is nobody of what told others: that would never end', () => {
    expect(callbackOf({ task: CALLBACK_TASK }, 'https://operator.example/')).toBeUndefined()
  })
})
