import { describe, expect, it } from 'vitest'
import { originOf } from '../../src/job/origin.ts'

describe('an origin', () => {
  it.each([
    ['https://Example.org:443/a?b#c', 'https://example.org'],
    ['https://example.org./', 'https://example.org'],
    ['http://localhost.:9431/', 'http://localhost:9431'],
    ['http://0x7f.1:80/', 'http://127.0.0.1'],
    ['http://[::1]:8080/', 'http://[::1]:8080'],
    ['no url', undefined],
    ['mailto:ada@example.org', undefined],
  ])('of %s is %s', (url, origin) => {
    expect(originOf(url)).toBe(origin)
  })
})
