import { describe, expect, it } from 'vitest'
import { tryAgain } from '../../src/commands/try-again.ts'
import { isConflict } from '../../src/store/outage.ts'
import { useHouse } from '../support/house.ts'
import { until } from '../support/until.ts'

const house = useHouse({ ACCEPTD_ROLE: 'api' })

const failing = (code: string, times: number) => {
  const seen = { tries: 0 }
  const work = async () => {
    seen.tries++
    if (seen.tries <= times) throw Object.assign(new Error('as it came'), { code })
    return 'done'
  }
  return { seen, work }
}

describe('what is tried again', () => {
  it.each(['40P01', '40001', '55P03'])('is what lost to another transaction with %s', async (code) => {
    const { seen, work } = failing(code, 2)
    expect(await tryAgain(work, isConflict)).toBe('done')
    expect(seen.tries).toBe(3)
  })

  it('is given up after three times', async () => {
    const { seen, work } = failing('40P01', 3)
    await expect(tryAgain(work, isConflict)).rejects.toMatchObject({ code: '40P01' })
    expect(seen.tries).toBe(3)
  })

  it.each(['57P01', '23505', 'ECONNRESET'])('is not what failed with %s', async (code) => {
    const { seen, work } = failing(code, 1)
    await expect(tryAgain(work, isConflict)).rejects.toMatchObject({ code })
    expect(seen.tries).toBe(1)
  })
})

describe('a command that runs into a deadlock', () => {
  it('gives way, is tried again, and succeeds', async () => {
    const { pool } = house.database
    // A way to hold the command up between its two rows, and to count its tries: a sequence is never rolled back.
    await pool.query(`
      create sequence tries;
      create function hold_up() returns trigger language plpgsql as $$
        begin
          perform nextval('tries');
          perform pg_advisory_xact_lock(4711);
          return null;
        end $$`)
    const { rows: tables } = await pool.query<{ name: string }>(
      "select oid::regclass::text as name from pg_class where relnamespace = 'acceptd_queue'::regnamespace and relkind in ('r', 'p')",
    )
    for (const { name } of tables) {
      await pool.query(
        `create trigger hold_up before delete on ${name} for each statement execute function hold_up()`,
      )
    }
    const { rows } = await pool.query<{ name: string }>('select current_database() as name')
    await pool.query(`alter database ${rows[0]?.name} set deadlock_timeout = '50ms'`)
    const api = "application_name = 'acceptd api' and datname = current_database()"
    await pool.query(`select pg_terminate_backend(pid, 5000) from pg_stat_activity where ${api}`)
    const waiting = async (who: string) =>
      (await pool.query(`select from pg_stat_activity where ${who} and wait_event_type = 'Lock'`))
        .rowCount === 1

    const { location, job } = await house.api.submit('ok', {})
    const [gate, other] = [await pool.connect(), await pool.connect()]
    try {
      await gate.query('select pg_advisory_lock(4711)')
      // It gives way to nobody.
      await other.query("set deadlock_timeout = '10min'")
      await other.query('begin')
      await other.query('select from acceptd_queue.job where id = $1 for update', [job.id])
      const canceling = house.api
        .post(`${location}/cancel`)
        .expect(200)
        .then(({ body }) => body as unknown)
      await until('the command to have its own row', () => waiting(api))
      const { rows: me } = await other.query<{ pid: number }>('select pg_backend_pid() as pid')
      const crossing = other.query('select from acceptd.jobs where id = $1 for update', [job.id])
      await until('the other to wait for it', () => waiting(`pid = ${me[0]?.pid}`))
      await gate.query('select pg_advisory_unlock(4711)')
      await crossing
      await other.query('commit')
      expect(await canceling).toMatchObject({ status: 'canceled' })
    } finally {
      gate.release(true)
      other.release(true)
    }
    expect((await pool.query('select last_value::int as tries from tries')).rows).toEqual([{ tries: 2 }])
    await until('Postgres to have counted the deadlock', async () => {
      // It counts at the end of some transaction of the same connection.
      await house.api.get('/jobs').expect(200)
      const { rows: counted } = await pool.query<{ n: number }>(
        'select deadlocks::int as n from pg_stat_database where datname = current_database()',
      )
      return counted[0]?.n === 1
    })
  })
})
