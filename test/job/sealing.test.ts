import { describe, expect, it } from 'vitest'
import type { Json } from '../../src/job/json.ts'
import { findSecret, sealerWith } from '../../src/job/sealing.ts'

const input = {
  url: 'https://example.org',
  headers: { authorization: { secret: 'Bearer hunter2' }, accept: 'text/plain' },
  body: { json: [{ password: { secret: 'päss' } }, { secret: 'x', other: 1 }, null, 3] },
}
const sealer = sealerWith(['one key'])

describe('secrets', () => {
  it('are not in what is stored, and come back as they were', () => {
    const sealed = sealer.seal(input, 'job-1')
    expect(JSON.stringify(sealed)).not.toMatch(/hunter2|päss/)
    expect(sealed).toMatchObject({ url: input.url, headers: { accept: 'text/plain' } })
    expect(sealer.open(sealed, 'job-1')).toEqual(input)
  })

  it('are sealed differently each time', () => {
    expect(sealer.seal(input, 'job-1')).not.toEqual(sealer.seal(input, 'job-1'))
  })

  it('do not open for another job, nor with another key, nor changed', () => {
    const sealed = sealer.seal(input, 'job-1')
    expect(() => sealer.open(sealed, 'job-2')).toThrow(/cannot be opened/)
    expect(() => sealerWith(['another']).open(sealed, 'job-1')).toThrow(/cannot be opened/)
    const changed = JSON.parse(JSON.stringify(sealed).replace(/"sealed":"./, '"sealed":"_')) as Json
    expect(() => sealer.open(changed, 'job-1')).toThrow(/cannot be opened/)
  })

  it('open with an old key beside a new one', () => {
    const sealed = sealer.seal(input, 'job-1')
    expect(sealerWith(['a new one', 'one key']).open(sealed, 'job-1')).toEqual(input)
  })

  it('are found where they stand, and nothing else is taken for one', () => {
    expect(findSecret(input)).toEqual(['headers', 'authorization'])
    expect(findSecret({ body: [{ secret: 'a' }] })).toEqual(['body', 0])
    expect(findSecret({ secret: 'a', more: 1 })).toBeUndefined()
    expect(findSecret({ secret: { other: 1 } })).toBeUndefined()
  })
})
