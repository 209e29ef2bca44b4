/** What may be asked for, and in which words everything else is refused. */
import { describe, expect, it } from 'vitest'
import { taskWith, violationsOf } from './support/drive.ts'

const URL = 'https://api.example.com/things'

describe('an input', () => {
  it('needs no more than a URL', () => {
    expect(violationsOf({ url: URL })).toEqual({})
  })

  it('may have all there is', () => {
    const given = {
      url: URL,
      method: 'PUT',
      headers: { Authorization: { secret: 'Bearer abcdef' }, 'idempotency-key': 'mine' },
      body: { json: { password: { secret: 'hunter2' } } },
      timeoutSeconds: 300,
      retry: {
        limit: 0,
        delaySeconds: 0,
        maxDelaySeconds: 0,
        on: { '404': true, '5xx': false, timeout: false },
      },
      success: {
        status: [200, '3xx', '200-204'],
        headers: [{ name: 'ETag', matches: '^"' }],
        json: [{ path: '$.items[?@.id == 3].name', equals: null }],
        contains: 'x',
        maxMs: 100,
      },
      follow: 5,
      followAccepted: false,
    }
    expect(violationsOf(given)).toEqual({})
  })

  it.each([
    ['ftp://example.com', 'Must be an http or https URL'],
    ['/things', 'Must be an http or https URL'],
    ['https://', 'Must be an http or https URL'],
    [
      'https://me:pw@example.com',
      'Must not hold a user name or password; send an Authorization header instead',
    ],
  ])('is refused with the URL %s', (url, sentence) => {
    expect(violationsOf({ url })).toEqual({ '#/url': sentence })
  })

  it.each([
    ['a name that is none', { 'a b': 'c' }, '#/headers/a%20b', 'Is not a name a header can have'],
    ['Host', { Host: 'x' }, '#/headers/Host', 'This header belongs to the connection and cannot be set'],
    ['what we send', { Traceparent: 'x' }, '#/headers/Traceparent', 'This header is sent by acceptd itself'],
    ['a signature', { 'webhook-id': 'x' }, '#/headers/webhook-id', 'This header is sent by acceptd itself'],
    ['one name twice', { Accept: 'a', accept: 'b' }, '#/headers/accept', 'Is the same header as "Accept"'],
    [
      'a line break',
      { x: 'a\r\nHost: b' },
      '#/headers/x',
      'Must not contain line breaks, control characters, or characters beyond U+00FF',
    ],
    [
      'U+0000 in a secret',
      { x: { secret: '\u0000' } },
      '#/headers/x/secret',
      'Must not contain line breaks, control characters, or characters beyond U+00FF',
    ],
    ['a number', { x: 5 }, '#/headers/x', 'Must be a string or {"secret": "…"}'],
  ])('is refused with headers that have %s', (_, headers, pointer, sentence) => {
    expect(violationsOf({ url: URL, headers })).toEqual({ [pointer]: sentence })
  })

  it('is refused with more than 50 headers, or 20 secrets', () => {
    const names = Array.from({ length: 51 }, (_, index) => `x-${index}`)
    const headers = Object.fromEntries(names.map((name) => [name, 'a']))
    expect(violationsOf({ url: URL, headers })).toEqual({ '#/headers': 'Must be at most 50 headers' })
    const json = names.map((secret) => ({ secret }))
    expect(violationsOf({ url: URL, body: { json } })).toEqual({ '#': 'Must hold at most 20 secrets' })
  })

  it.each([
    ['empty', {}, '#/body', 'Must have exactly one of json, text, base64'],
    ['two things', { json: 1, text: 'a' }, '#/body', 'Must have exactly one of json, text, base64'],
    ['not base64', { base64: 'a b' }, '#/body/base64', 'Must be base64, with padding'],
    ['too large', { text: 'é'.repeat(600_000) }, '#/body', 'Must be at most 1048576 bytes'],
  ])('is refused with a body that is %s', (_, body, pointer, sentence) => {
    expect(violationsOf({ url: URL, body })).toEqual({ [pointer]: sentence })
  })

  it('may have a body of a mebibyte, in each form', () => {
    const bytes = 1024 * 1024
    expect(violationsOf({ url: URL, body: { text: 'a'.repeat(bytes) } })).toEqual({})
    expect(violationsOf({ url: URL, body: { base64: Buffer.alloc(bytes).toString('base64') } })).toEqual({})
    expect(violationsOf({ url: URL, body: { json: 'a'.repeat(bytes - 2) } })).toEqual({})
  })

  it('is refused with a body where there is none', () => {
    expect(violationsOf({ url: URL, method: 'GET', body: { json: 1 } })).toEqual({
      '#/body': 'A GET request has no body',
    })
  })

  it('is refused with a retry that makes no sense', () => {
    const retry = { delaySeconds: 10, maxDelaySeconds: 9, on: { '6xx': true } }
    const found = violationsOf({ url: URL, retry })
    expect(Object.keys(found)).toEqual(['#/retry/on/6xx', '#/retry/maxDelaySeconds'])
  })

  it('says where a path, a pattern or a status is wrong', () => {
    const success = {
      status: ['2x'],
      headers: [{ name: 'a', matches: '(' }, { name: 'b' }],
      json: [
        { path: '$.a[', exists: true },
        { path: '$[?match(@.a, "x")]', exists: true },
        { path: '$.a', matches: 'x{1000}' },
        { path: '$.a', matches: '(?<=a)b' },
        { path: '$.a', equals: 1, atMost: 2 },
        { path: '$.a', equal: 1 },
        { path: `$${'.a'.repeat(150)}`, exists: true },
      ],
    }
    expect(violationsOf({ url: URL, success })).toMatchObject({
      '#/success/status/0': 'Must be a status such as 200, "2xx" or "200-204"',
      '#/success/headers/0/matches': expect.stringContaining(
        'Must be a regular expression as RE2 takes them',
      ),
      '#/success/headers/1': 'Must have exactly one of equals, matches',
      '#/success/json/0/path': expect.stringContaining('Must be a JSON path such as $.items[0].id'),
      '#/success/json/1/path': expect.stringContaining("no such function 'match'"),
      '#/success/json/2/matches': 'Must have fewer or smaller repetitions',
      '#/success/json/3/matches': expect.stringContaining('Must be a regular expression'),
      '#/success/json/4': expect.stringContaining('Must have exactly one of equals, exists'),
      '#/success/json/5/equal': 'Unknown member "equal". Did you mean "equals"?',
      '#/success/json/6/path': expect.stringContaining('200'),
    })
  })

  it('has a description for each member, and an example', () => {
    const { inputSchema, outputSchema, example } = taskWith()
    for (const schema of [inputSchema, outputSchema]) {
      const members = Object.entries(schema['properties'] as Record<string, { description?: string }>)
      expect(members.filter(([, { description }]) => description === undefined)).toEqual([])
    }
    expect(example).toBeDefined()
  })

  it('decides on the job’s own retries', () => {
    const task = taskWith()
    const parsed = task.input.parse({ url: URL, retry: { limit: 9 } })
    expect(task.retryOf?.(parsed)).toEqual({ limit: 9, delaySeconds: 5, maxDelaySeconds: 3600 })
  })
})
