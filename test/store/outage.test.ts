import { sql } from 'kysely'
import { describe, expect, it } from 'vitest'
import { isLockTimeout, isOutage, isRefusedValue, isTooLarge } from '../../src/store/outage.ts'
import { useHouse } from '../support/house.ts'

const house = useHouse({ ACCEPTD_ROLE: 'api' })

const thrownBy = async (act: () => unknown) => {
  try {
    await act()
  } catch (error) {
    return error
  }
  throw new Error('It threw nothing')
}
const coded = (code: unknown, message = 'as it came') => Object.assign(new Error(message), { code })

describe('an outage', () => {
  it.each([
    ['08006', 'the connection failed'],
    ['08003', 'the connection is gone'],
    ['53100', 'the disk is full'],
    ['53300', 'too many clients'],
    ['57P01', 'an administrator shut the server down'],
    ['57P02', 'the server crashed'],
    ['57P03', 'the server is starting up'],
    ['57014', 'the statement took too long'],
    ['25006', 'the server is a standby'],
    ['40001', 'lost to a concurrent transaction'],
    ['40P01', 'lost a deadlock'],
  ])('is what Postgres says with %s: %s', (code) => {
    expect(isOutage(coded(code))).toBe(true)
  })

  it.each([
    'ECONNREFUSED',
    'ECONNRESET',
    'EPIPE',
    'ENOTFOUND',
    'EAI_AGAIN',
    'ETIMEDOUT',
    'EHOSTUNREACH',
    'ENETUNREACH',
    'EMFILE',
    'ENFILE',
    'ENOBUFS',
    'EADDRNOTAVAIL',
  ])('is what a socket says with %s', (code) => {
    expect(isOutage(coded(code))).toBe(true)
  })

  it('is a Unix socket that is not there while the server restarts, but not any file that is missing', () => {
    const connect = { syscall: 'connect', address: '/run/postgresql/.s.PGSQL.5432' }
    expect(isOutage(Object.assign(coded('ENOENT'), connect))).toBe(true)
    expect(isOutage(Object.assign(coded('ENOENT'), { syscall: 'open' }))).toBe(false)
  })

  it.each([
    'Connection terminated',
    'Connection terminated unexpectedly',
    'Connection terminated due to connection timeout',
    'timeout exceeded when trying to connect',
    'timeout expired',
    'Client has encountered a connection error and is not queryable',
    'Client was closed and is not queryable',
    'Query read timeout',
  ])('is what pg says without a code: %s', (message) => {
    expect(isOutage(new Error(message))).toBe(true)
  })

  it('is a connection that died in a transaction, to whoever goes on with it', async () => {
    const { db, pool } = house.database
    const error = await db.connection().execute(async (connection) => {
      const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(connection)
      const dies = connection.transaction().execute(async (trx) => {
        await pool.query('select pg_terminate_backend($1)', [rows[0]?.pid])
        await sql`select`.execute(trx)
      })
      expect(isOutage(await thrownBy(() => dies))).toBe(true)
      return thrownBy(() => sql`select`.execute(connection))
    })
    expect(isOutage(error)).toBe(true)
  })

  it('is any of several tries at several addresses that failed so', () => {
    const tries = [coded('ECONNREFUSED'), coded('ENOTFOUND')]
    expect(isOutage(new AggregateError(tries))).toBe(true)
    expect(isOutage(new AggregateError([new AggregateError(tries), new Error('other')]))).toBe(true)
    expect(isOutage(new AggregateError([new Error('other')]))).toBe(false)
    expect(isOutage(new AggregateError([]))).toBe(false)
  })
})

describe('a statement that is wrong is not an outage', () => {
  it.each(['23505', '23514', '42601', '42P01', '22P05', '55P03', '25P02', '57000', ''])('code %j', (code) => {
    expect(isOutage(coded(code))).toBe(false)
  })

  it('also where its text speaks of connections', () => {
    expect(isOutage(coded('42601', 'Connection terminated unexpectedly'))).toBe(false)
    expect(isOutage(new Error('syntax error at "Connection terminated"'))).toBe(false)
    expect(isOutage(new Error('password authentication failed'))).toBe(false)
  })

  it('nor is anything that is no error', () => {
    for (const thrown of [
      undefined,
      null,
      'ECONNREFUSED',
      5,
      { code: 'ECONNREFUSED' },
      coded(5),
      coded(undefined),
    ]) {
      expect(isOutage(thrown)).toBe(false)
      expect(isLockTimeout(thrown)).toBe(false)
    }
  })
})

describe('a lock timeout', () => {
  it('is 55P03 and nothing else', () => {
    expect(isLockTimeout(coded('55P03'))).toBe(true)
    for (const code of ['55006', '57014', '40P01']) expect(isLockTimeout(coded(code))).toBe(false)
  })
})

describe('a value that the database will never take', () => {
  it('is a data exception, and no outage', () => {
    for (const code of ['22P05', '22P02', '22001']) {
      expect(isRefusedValue(coded(code))).toBe(true)
      expect(isOutage(coded(code))).toBe(false)
    }
  })

  it('is too large where it is beyond a limit of the database or of V8', async () => {
    const { pool } = house.database
    const errors = [
      await thrownBy(() => pool.query(`select repeat('x', 1073741824)`)),
      // Made for real it takes more than a gigabyte of memory.
      coded('XX000', 'invalid memory alloc request size 1200000000'),
      await thrownBy(() => JSON.stringify('\u0001'.repeat(100_000_000))),
      coded('ERR_STRING_TOO_LONG'),
    ]
    for (const error of errors) {
      expect(isTooLarge(error)).toBe(true)
      expect(isOutage(error)).toBe(false)
    }
    expect(
      [coded('22P05'), coded('XX000'), new RangeError('Maximum call stack size exceeded'), undefined].some(
        isTooLarge,
      ),
    ).toBe(false)
  })

  it('is not what may be taken a little later, nor a broken rule of ours', () => {
    const others = ['57P01', '53100', '40001', '23514', '42601', '55P03', '08006', undefined].map((code) =>
      coded(code),
    )
    expect([...others, undefined, null, '22P05'].some(isRefusedValue)).toBe(false)
  })
})
