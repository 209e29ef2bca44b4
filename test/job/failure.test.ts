import fc from 'fast-check'
import vm from 'node:vm'
import { describe, expect, it } from 'vitest'
import { failure, failureOf } from '../../src/job/failure.ts'
import { TaskError } from '../../src/acceptd.ts'

const accident = {
  code: 'task-failed',
  title: 'The task failed',
  detail: 'The task ended with an unexpected error; the server log says more',
  retryable: true,
}

const boom = () => {
  throw new Error('boom')
}

describe('a TaskError', () => {
  it('tells the client what the author wrote', () => {
    const error = new TaskError('There is no account 5', { code: 'no-such-account', retryable: false })
    expect(failureOf(error)).toEqual({
      code: 'no-such-account',
      title: 'The task failed',
      detail: 'There is no account 5',
      retryable: false,
    })
  })

  it('may be retried and needs no code, unless its author says otherwise', () => {
    expect(failureOf(new TaskError('Busy'))).toEqual({ ...accident, detail: 'Busy' })
  })

  it('keeps its cause for the log and away from the client', () => {
    const error = new TaskError('Busy', { cause: new Error('password=hunter2') })
    expect(error.cause).toBeInstanceOf(Error)
    expect(JSON.stringify(failureOf(error))).not.toContain('hunter2')
  })

  it.each(['', 'Busy', 'no such', '-a', 'a-', 'a--b', '5xx', 'a_b', 'é', 'ok\n'])(
    'refuses %j as a code',
    (code) => {
      expect(() => new TaskError('Busy', { code })).toThrow(
        `"${code}" is not a failure code: use lower case and dashes`,
      )
    },
  )

  it('takes any code of its own form, also one that objects are born with', () => {
    for (const code of ['a', 'http-500', 'constructor']) {
      expect(failureOf(new TaskError('Busy', { code }))).toEqual({ ...accident, code, detail: 'Busy' })
    }
  })

  it('has the title of its code where that is one of the service’s own', () => {
    const error = new TaskError('No', { code: 'callee-failed', retryable: false })
    expect(failureOf(error).title).toBe('The callee accepted the work and failed at it')
  })

  it('is known by its shape: a tasks folder may bring its own copy of this package', () => {
    class TheirError extends Error {
      override readonly name = 'TaskError'
      readonly code = 'no-such-account'
      readonly retryable = false
    }
    expect(failureOf(new TheirError('Gone'))).toMatchObject({
      code: 'no-such-account',
      detail: 'Gone',
      retryable: false,
    })
  })

  it('is known by its shape when it comes from another realm', () => {
    const shape = "{ name: 'TaskError', code: 'gone', retryable: false }"
    const error: unknown = vm.runInNewContext(`Object.assign(new Error('Gone'), ${shape})`)
    expect(failureOf(error)).toMatchObject({ code: 'gone', detail: 'Gone', retryable: false })
  })
})

describe('anything else that a task throws', () => {
  it.each<[string, unknown]>([
    ['an error', new Error('select * from users where password = 1')],
    [
      'an error of the system',
      Object.assign(new Error('open /etc/secret'), { code: 'ENOENT', path: '/etc/secret' }),
    ],
    ['a text', 'secret'],
    ['undefined', undefined],
    ['null', null],
    ['a symbol', Symbol('secret')],
    ['a function', () => 'secret'],
    ['a frozen error', Object.freeze(new Error('secret'))],
    [
      'a plain object that looks the part',
      { name: 'TaskError', code: 'a', message: 'secret', retryable: true },
    ],
    ['an error that only bears the name', Object.assign(new Error('secret'), { name: 'TaskError' })],
    [
      'an error with a code of the wrong form',
      Object.assign(new TaskError('secret'), { code: 'Not A Code' }),
    ],
  ])('is an accident of which nothing leaks: %s', (_what, thrown) => {
    expect(failureOf(thrown)).toEqual(accident)
  })

  it.each<[string, () => unknown]>([
    ['a name that throws', () => Object.defineProperty(new Error('x'), 'name', { get: boom })],
    ['a code that throws', () => Object.defineProperty(new TaskError('x'), 'code', { get: boom })],
    ['a message that throws', () => Object.defineProperty(new TaskError('x'), 'message', { get: boom })],
    ['a message that is no text', () => Object.defineProperty(new TaskError('x'), 'message', { value: 5 })],
    ['a proxy that throws', () => new Proxy(new Error('x'), { get: boom, getPrototypeOf: boom, has: boom })],
    [
      'a proxy that was revoked',
      () => {
        const { proxy, revoke } = Proxy.revocable({}, {})
        revoke()
        return proxy
      },
    ],
  ])('cannot bring the worker down: %s', (_what, make) => {
    expect(failureOf(make())).toEqual(accident)
  })

  it('always amounts to a failure', () => {
    fc.assert(
      fc.property(fc.anything({ withNullPrototype: true, withBigInt: true }), (thrown) => {
        expect(failureOf(thrown)).toEqual(accident)
      }),
      { numRuns: 200 },
    )
  })
})

describe('the text of a failure', () => {
  const detailOf = (text: string) => failureOf(new TaskError(text)).detail

  it('is made fit for the database', () => {
    expect(detailOf('a\u0000b')).toBe('a\uFFFDb')
    expect(detailOf('half \ud83d')).toBe('half \uFFFD')
    expect(failure('timed-out', 'a\u0000b', true).detail).toBe('a\uFFFDb')
    expect(detailOf('Grüße 😀\n')).toBe('Grüße 😀\n')
  })

  it('is cut at a length that a person would read, and never through the middle of a character', () => {
    expect(detailOf('x'.repeat(2000))).toBe('x'.repeat(2000))
    expect(detailOf('x'.repeat(1_000_000))).toBe(`${'x'.repeat(2000)}…`)
    const cut = detailOf(`x${'😀'.repeat(2000)}`)
    expect(cut.isWellFormed()).toBe(true)
    expect(cut.length).toBeLessThanOrEqual(2001)
  })

  it('has a title for each code of ours', () => {
    expect(failure('crashed', '', false).title).toBe('The worker died each time it ran this job')
    expect(failureOf(new TaskError('x', { code: 'timed-out' })).title).toBe(
      'The task took longer than its timeout',
    )
  })
})
