import { describe, expect, it } from 'vitest'
import { isJobId, newJobId } from '../../src/job/job.ts'

describe('a job id', () => {
  it('is a random UUID, so that one does not tell of another, nor of when there was one', () => {
    const ids = Array.from({ length: 1000 }, newJobId)
    expect(ids.every(isJobId)).toBe(true)
    expect(ids.every((id) => id[14] === '4')).toBe(true)
    expect(new Set(ids).size).toBe(1000)
    expect(ids.toSorted()).not.toEqual(ids)
  })

  it.each(['', 'me', '0190163D-8694-739B-AEA5-966C26F8AD91', '0190163d8694739baea5966c26f8ad91', '{id}'])(
    'is never spelt %j',
    (text) => {
      expect(isJobId(text)).toBe(false)
    },
  )

  it('has nothing around it', () => {
    for (const text of [` ${newJobId()}`, `${newJobId()}\n`, `${newJobId()}/result`])
      expect(isJobId(text)).toBe(false)
  })
})
