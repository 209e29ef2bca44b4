import { expect, it } from 'vitest'
import { sentenceOf } from '../src/log.ts'

it('says of a request and of an attempt in a few words what there is to say', () => {
  expect(sentenceOf({ msg: 'request', method: 'GET', url: '/jobs', status: 200, ms: 3 })).toBe(
    'GET /jobs 200 3 ms',
  )
  const about = { msg: 'attempt', job: 'j', task: 't', attempt: 2, ms: 7 }
  expect(sentenceOf({ ...about, move: 'complete' })).toBe('t j attempt 2: complete after 7 ms')
  const failed = { ...about, move: 'fail', code: 'no-such-city', detail: 'Try another' }
  expect(sentenceOf(failed)).toBe('t j attempt 2: fail after 7 ms (no-such-city: Try another)')
})

it('shows on one line what a task has in its texts to write a line of its own, or to steer the terminal', () => {
  const detail = 'x)\nacceptd is ready\r\u001b[2J\u009b\u007f'
  const sentence = sentenceOf({
    msg: 'attempt',
    job: 'j',
    task: 't',
    attempt: 1,
    ms: 1,
    move: 'fail',
    code: 'c',
    detail,
  })
  expect(sentence).toContain(String.raw`x)\u000aacceptd is ready\u000d\u001b[2J\u009b\u007f`)
  expect(sentence).not.toMatch(/\p{Cc}/u)
})
