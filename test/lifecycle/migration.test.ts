import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import pg from 'pg'
import { describe, expect, inject, it, onTestFinished } from 'vitest'
import { acceptd, command, serve } from '../support/processes.ts'
import { until } from '../support/until.ts'

const MIGRATIONS = fs
  .readdirSync(path.join(import.meta.dirname, '../../migrations'))
  .map((name) => path.basename(name, '.sql'))
  .toSorted()

/** An empty database, in which whoever makes a table in `schema` waits for as long as `gate` is held. */
async function gated(schema: string) {
  const name = `t_${randomBytes(6).toString('hex')}`
  const admin = new pg.Client({ connectionString: inject('postgresUrl') })
  await admin.connect()
  onTestFinished(() => admin.end())
  await admin.query(`create database ${name}`)
  onTestFinished(async () => void (await admin.query(`drop database ${name} with (force)`)))
  const url = Object.assign(new URL(inject('postgresUrl')), { pathname: `/${name}` }).href
  const gate = new pg.Client({ connectionString: url, application_name: 'gate' })
  await gate.connect()
  onTestFinished(() => gate.end())
  await gate.query(`
    create function wait_at_the_gate() returns event_trigger language plpgsql as $$
      begin
        if exists (select from pg_event_trigger_ddl_commands() where schema_name = '${schema}') then
          perform pg_advisory_xact_lock_shared(4711);
        end if;
      end $$;
    create event trigger gate on ddl_command_end when tag in ('CREATE TABLE', 'CREATE INDEX')
      execute function wait_at_the_gate()`)
  return { url, gate }
}

const waiting = async (gate: pg.Client) =>
  (
    await gate.query(
      `select from pg_stat_activity where datname = current_database() and wait_event = 'advisory' and pid <> pg_backend_pid()`,
    )
  ).rowCount ?? 0

describe('a migration', () => {
  it.each(['acceptd', 'acceptd_queue'])(
    'that is killed in the middle of making %s is made whole by the next, of whom only one is at it',
    async (schema) => {
      const { url, gate } = await gated(schema)
      const env = { DATABASE_URL: url }
      await gate.query('select pg_advisory_lock(4711)')
      const killed = acceptd(['migrate', 'up'], env)
      await until('it to be in the middle', async () => (await waiting(gate)) === 1)
      killed.process.kill('SIGKILL')
      await killed.exited
      await gate.query('select pg_advisory_unlock(4711)')

      const [one, other] = await Promise.all([
        command(['migrate', 'up'], env),
        command(['migrate', 'up'], env),
      ])
      expect([one.code, other.code]).toEqual([0, 0])
      const applied = [one, other].flatMap(({ output }) => output.match(/(?<=^applied {2}).*$/gm) ?? [])
      // Of our own tables those of the killed one are undone with its transaction; pg-boss's come after ours.
      expect(applied).toEqual(schema === 'acceptd' ? MIGRATIONS : [])
      expect((await command(['migrate', 'status'], env)).code).toBe(0)
      expect(await command(['audit'], env)).toMatchObject({ code: 0, output: 'Jobs and queue agree.\n' })
      const { rows } = await gate.query<{ n: number }>(
        `select count(*)::int as n from pg_class where relnamespace = 'acceptd_queue'::regnamespace and relkind in ('r', 'p')`,
      )
      expect(rows[0]?.n).toBeGreaterThan(3)
    },
  )

  it('of a newer version is left to that one, and the older starts and stops beside it', async () => {
    const { url, gate } = await gated('no schema')
    const env = { DATABASE_URL: url }
    expect((await command(['migrate', 'up'], env)).code).toBe(0)
    await gate.query(
      `insert into acceptd.kysely_migration (name, timestamp) values ('9999_of_tomorrow', '2099-01-01T00:00:00Z')`,
    )
    const { code, output } = await command(['migrate', 'status'], env)
    expect(code).toBe(0)
    expect(output).toMatch(
      /^applied 2099-01-01T00:00:00.000Z {2}9999_of_tomorrow {2}\(of a newer version\)$/m,
    )
    expect(output.match(/^applied/gm)).toHaveLength(MIGRATIONS.length + 1)
    expect(await command(['migrate', 'up'], env)).toMatchObject({
      code: 0,
      output: 'The database is up to date.\n',
    })
    const older = await serve(env)
    const { status } = await fetch(`${older.url}/readyz`)
    expect(status).toBe(200)
  })
})
