import { setTimeout as sleep } from 'node:timers/promises'
import { beforeAll, describe, expect, it } from 'vitest'
import { audit } from '../../src/queue/audit.ts'
import { useHouse } from '../support/house.ts'
import { until } from '../support/until.ts'

const house = useHouse({ ACCEPTD_CONCURRENCY: '20' })

// Every change of status there is, seen by the database itself.
beforeAll(() =>
  house.database.pool.query(`
    create table public.moves (id uuid, was text, became text);
    create function public.note_move() returns trigger language plpgsql as $$
    begin
      insert into public.moves values (new.id, old.status, new.status);
      return new;
    end $$;
    create trigger note_move after update of status on acceptd.jobs for each row
      when (old.status is distinct from new.status) execute function public.note_move();
  `),
)

const rows = async <Row extends object>(text: string) => (await house.database.pool.query<Row>(text)).rows
const idle = () =>
  until('every job to have ended', async () => {
    const open = await rows(`select from acceptd.jobs where status in ('pending', 'running') limit 1`)
    return open.length === 0
  })

/** Until there is nothing more to do, as a client would. */
async function bulk(path: string): Promise<number> {
  let done = 0
  for (let next: string | undefined = path; next;) {
    const { body } = await house.api.post(next).expect(200)
    const said = body as { matched: number; retried?: number; deleted?: number; next?: string }
    expect(said.retried ?? said.deleted).toBe(said.matched)
    done += said.matched
    next = said.next
  }
  return done
}

describe('pg-boss and our jobs, while many are run again and deleted by several at once', () => {
  it('agree, and each job runs again once for each retry that was answered', async () => {
    const locations: string[] = []
    for (let n = 0; n < 90; n++)
      locations.push((await house.api.submit(`fail?tags=${n % 3 === 0 ? 'litter' : 'kept'}`, {})).location)
    await idle()
    await rows('truncate public.moves')

    const single = async (verb: 'retry' | 'cancel', every: number) => {
      let accepted = 0
      for (const location of locations.filter((_, n) => n % every === 0)) {
        const { status } = await house.api.post(`${location}/${verb}`)
        expect([200, 202, 409, 410]).toContain(status)
        if (status === 202) accepted++
      }
      return accepted
    }
    const remove = async () => {
      for (const location of locations.filter((_, n) => n % 9 === 0)) {
        const { status } = await house.api.delete(location)
        expect([204, 409, 410]).toContain(status)
      }
      return 0
    }
    const later = async (work: () => Promise<number>) => sleep(50).then(work)
    const audits = async () => {
      for (let n = 0; n < 20; n++) {
        expect(await audit(house.database.db)).toEqual([])
        await sleep(20)
      }
      return 0
    }
    const [retries] = await Promise.all([
      Promise.all([
        bulk('/jobs/retry?limit=7'),
        bulk('/jobs/retry?limit=20'),
        bulk('/jobs/retry'),
        bulk('/jobs/retry?tag=kept'),
        later(() => bulk('/jobs/retry?status=canceled')),
        single('retry', 2),
      ]),
      bulk('/jobs/delete?status=failed&tag=litter&limit=5'),
      later(() => bulk('/jobs/delete?status=failed&tag=litter')),
      single('cancel', 4),
      remove(),
      audits(),
    ])
    await idle()

    expect(await audit(house.database.db)).toEqual([])
    const answered = retries.reduce((sum, n) => sum + n, 0)
    const reruns = await rows(
      `select from public.moves where was in ('failed', 'canceled') and became = 'pending'`,
    )
    expect(answered).toBeGreaterThan(90)
    expect(reruns).toHaveLength(answered)
    const tooOften = await rows(`
      select id from public.moves group by id
      having count(*) filter (where became = 'running') > count(*) filter (where became = 'pending')`)
    expect(tooOften).toEqual([])
    const miscounted = await rows(`
      select id from acceptd.jobs join public.moves using (id) group by id, attempt
      having attempt <> 1 + count(*) filter (where became = 'running')`)
    expect(miscounted).toEqual([])
  })

  it('have no dead letters of their own: pg-boss is told of no queue for them, and keeps no delivery', async () => {
    const queues = await rows<{ name: string }>(
      'select name from acceptd_queue.queue where dead_letter is not null',
    )
    expect(queues).toEqual([])
    expect(await rows('select from acceptd_queue.queue')).not.toEqual([])
    expect(await rows('select from acceptd_queue.job')).toEqual([])
  })
})
