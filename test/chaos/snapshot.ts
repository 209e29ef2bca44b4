/** What the database says at the end of a run, and the witness that stands in it from the beginning. */
import type pg from 'pg'

export interface StoredJob {
  readonly id: string
  readonly wish: string
  readonly key: string | null
  readonly status: string
  readonly attempt: number
  readonly max_attempts: number
  readonly crashes: number
  readonly result: { readonly job: string; readonly attempt: number; readonly nonce: string } | null
  readonly failure: { readonly code: string } | null
}

export interface StoredAttempt {
  readonly job_id: string
  readonly attempt: number
  readonly outcome: string
  readonly reason: string
  readonly code: string | null
  /** Seconds since 1970, by the database's clock. */
  readonly started_at: number
  readonly ended_at: number
}

/** A change of a job's row that the witness saw. */
export interface Transition {
  readonly id: string
  readonly wish: string
  readonly was: string | null
  /** Null: the row was deleted. */
  readonly became: string | null
  readonly attempt: number
  /** Of the result and the failure together; tells whether an end was changed. */
  readonly end_hash: string
  readonly before_hash: string
}

export interface Disagreement {
  readonly id: string
  readonly status: string | null
  readonly queueState: string | null
}

export interface Snapshot {
  readonly jobs: readonly StoredJob[]
  readonly attempts: readonly StoredAttempt[]
  /** In their order. */
  readonly transitions: readonly Transition[]
  readonly disagreements: readonly Disagreement[]
}

/** Writes down each change of a job's status, and each change of one that has ended, whatever makes it. */
const WITNESS = `
  create schema chaos;
  create table chaos.transitions (
    n bigint generated always as identity, id uuid not null, wish text, was text, became text, attempt int not null,
    before_hash text not null, end_hash text not null
  );
  create function chaos.end_of(job acceptd.jobs) returns text language sql as
    $$ select md5(concat_ws('|', job.result::text, job.failure::text, job.finished_at::text)) $$;
  create function chaos.note() returns trigger language plpgsql as $$
  begin
    if tg_op = 'DELETE' then
      insert into chaos.transitions (id, wish, was, attempt, before_hash, end_hash)
        values (old.id, old.input->>'name', old.status, old.attempt, chaos.end_of(old), '');
    elsif tg_op = 'INSERT' then
      insert into chaos.transitions (id, wish, became, attempt, before_hash, end_hash)
        values (new.id, new.input->>'name', new.status, new.attempt, '', chaos.end_of(new));
    elsif old.status is distinct from new.status or old.finished_at is not null then
      insert into chaos.transitions (id, wish, was, became, attempt, before_hash, end_hash)
        values (new.id, new.input->>'name', old.status, new.status, new.attempt, chaos.end_of(old), chaos.end_of(new));
    end if;
    return null;
  end $$;
  create trigger witness after insert or update or delete on acceptd.jobs
    for each row execute function chaos.note();`

export async function placeWitness(client: pg.Client): Promise<void> {
  await client.query(WITNESS)
}

/** How many jobs have not ended. */
export async function countOpen(client: pg.Client): Promise<number> {
  const { rows } = await client.query<{ open: number }>(
    `select count(*)::int as open from acceptd.jobs where status in ('pending', 'running')`,
  )
  return rows[0]?.open ?? Number.NaN
}

export async function takeSnapshot(
  client: pg.Client,
  audit: () => Promise<readonly Disagreement[]>,
): Promise<Snapshot> {
  const jobs = await client.query<StoredJob>(`
    select id, input->>'name' as wish, idempotency_key as key, status, attempt, max_attempts, crashes, result, failure
    from acceptd.jobs`)
  const attempts = await client.query<StoredAttempt>(`
    select job_id, attempt, outcome, reason, failure->>'code' as code,
      extract(epoch from started_at)::float8 as started_at, extract(epoch from ended_at)::float8 as ended_at
    from acceptd.attempts order by job_id, attempt`)
  const transitions = await client.query<Transition>(
    'select id, wish, was, became, attempt, before_hash, end_hash from chaos.transitions order by n',
  )
  return {
    jobs: jobs.rows,
    attempts: attempts.rows,
    transitions: transitions.rows,
    disagreements: await audit(),
  }
}
