/** Which answers are worth another attempt: every status there is, and what the caller may say against it. */
import { describe, expect, it } from 'vitest'
import { CALL_FAILURE_CODES } from '../../src/calls/failure-codes.ts'
import { isSuccess, verdictOnCode, verdictOnStatus } from '../../src/calls/status-policy.ts'

const ALL = Array.from({ length: 500 }, (_, index) => index + 100)

describe('the policy', () => {
  it('takes 200 to 299 as successes', () => {
    expect(ALL.filter(isSuccess)).toEqual(ALL.filter((status) => status >= 200 && status < 300))
  })

  it('tries these again, and no others', () => {
    const retried = ALL.filter((status) => !isSuccess(status) && verdictOnStatus(status).retryable)
    const lasting = new Set([501, 505, 506, 508, 510, 511])
    const server = ALL.filter((status) => status >= 500 && !lasting.has(status))
    expect(retried).toEqual([408, 425, 429, ...server])
  })

  it('blames the client below 500 and the server from there on', () => {
    for (const status of ALL.filter((each) => !isSuccess(each))) {
      expect(verdictOnStatus(status).code).toBe(status < 500 ? 'http-client-error' : 'http-server-error')
    }
  })

  it('tries again where no answer came, and not where one came that is not wanted', () => {
    const retried = CALL_FAILURE_CODES.filter((code) => verdictOnCode(code).retryable)
    expect(retried.toSorted()).toEqual(
      ['connection-error', 'dns-error', 'http-server-error', 'timeout', 'tls-error'].toSorted(),
    )
  })
})

describe('what the caller says of it', () => {
  it.each([
    [404, { '404': true }, true],
    [404, { '4xx': true }, true],
    [404, { '4xx': true, '404': false }, false],
    [404, { '403': true }, false],
    [503, { '5xx': false }, false],
    [503, { '5xx': false, '503': true }, true],
    [503, { 'http-server-error': false }, false],
    [503, { 'http-server-error': false, '5xx': true }, true],
    [302, { '3xx': true }, true],
    [404, { 'http-client-error': true }, true],
  ])('of %i: %o', (status, on, retryable) => {
    expect(verdictOnStatus(status, on).retryable).toBe(retryable)
  })

  it('of what has no status', () => {
    expect(verdictOnCode('timeout', { timeout: false }).retryable).toBe(false)
    expect(verdictOnCode('assertion-failed', { 'assertion-failed': true }).retryable).toBe(true)
    expect(verdictOnCode('dns-error', { timeout: false }).retryable).toBe(true)
  })
})
