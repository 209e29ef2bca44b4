import { describe, expect, it } from 'vitest'
import { isJobId, newJobId } from '../../src/job/job.ts'

describe('a job id', () => {
  it('is a UUID of version 7, whose first part is the time, so that a list is in order of creation', () => {
    const ids = Array.from({ length: 1000 }, newJobId)
    expect(ids.every(isJobId)).toBe(true)
    expect(ids.every((id) => id[14] === '7')).toBe(true)
    const times = ids.map((id) => id.slice(0, 13))
    expect(times.toSorted()).toEqual(times)
    expect(new Set(ids).size).toBe(1000)
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
