import { describe, expect, it } from 'vitest'
import { checkRun } from './check.ts'
import type { Evidence } from './checks/evidence.ts'
import type { Asked, Deed, Fault, Life } from './history.ts'
import type { StoredAttempt, StoredJob, Transition } from './snapshot.ts'

const ID = 'f5a7'

const submission: Asked = {
  type: 'asked',
  kind: 'submit',
  api: 'api 1',
  from: 1000,
  to: 1100,
  wish: 'wish 1',
  key: 'key-1',
  jobId: ID,
  status: 202,
}
const read = (more: Partial<Asked> = {}): Asked => ({
  type: 'asked',
  kind: 'read',
  api: 'api 1',
  from: 5000,
  to: 5010,
  jobId: ID,
  status: 200,
  seen: { status: 'completed', revision: 3, end: '{"attempt":1}' },
  ...more,
})
const deed = (what: Deed['deed'], more: Partial<Deed> = {}): Deed => ({
  type: 'deed',
  at: 2000,
  pid: 7,
  job: ID,
  attempt: 1,
  deed: what,
  ...more,
})
const job: StoredJob = {
  id: ID,
  wish: 'wish 1',
  key: 'key-1',
  status: 'completed',
  attempt: 1,
  max_attempts: 4,
  crashes: 0,
  result: { job: ID, attempt: 1, nonce: 'n1' },
  failure: null,
}
const attempt: StoredAttempt = {
  job_id: ID,
  attempt: 1,
  outcome: 'completed',
  reason: 'completed',
  code: null,
  started_at: 2,
  ended_at: 3,
}
const step = (was: string | null, became: string | null, more: Partial<Transition> = {}): Transition => ({
  id: ID,
  wish: 'wish 1',
  was,
  became,
  attempt: 1,
  before_hash: 'a',
  end_hash: 'b',
  ...more,
})
const LIFE: readonly Life[] = [
  { type: 'life', member: 'worker 1', pid: 7, at: 1, event: 'started' },
  { type: 'life', member: 'worker 1', pid: 7, at: 9000, event: 'exited', expected: true },
]
const kill: Fault = { type: 'fault', kind: 'kill', target: 'worker 1', from: 2500, to: 2600 }
const STEPS = [step(null, 'pending'), step('pending', 'running'), step('running', 'completed')]
const DEEDS = [deed('began'), deed('effect', { nonce: 'n1' }), deed('returned')]

/** One job that was accepted, run once, and read, with nothing gone wrong; and what is to be other than that. */
function evidence({
  asked = [submission, read()],
  faults = [] as readonly Fault[],
  lives = LIFE,
  deeds = DEEDS,
  jobs = [job],
  attempts = [attempt],
  transitions = STEPS,
  disagreements = [] as Evidence['snapshot']['disagreements'],
} = {}): Evidence {
  return {
    history: { asked, faults, lives, deeds },
    snapshot: { jobs, attempts, transitions, disagreements },
    clockOffset: 0,
  }
}

const said = (changed: Parameters<typeof evidence>[0]) =>
  [...new Set(checkRun(evidence(changed)).map(({ check }) => check))].toSorted()

describe('the checker', () => {
  it('has nothing to say where nothing went wrong', () => {
    expect(checkRun(evidence())).toEqual([])
  })

  it('has nothing to say of a crash that was noticed and made good', () => {
    const crashed = { ...attempt, outcome: 'crashed', reason: 'worker-died', ended_at: 2.8 }
    const second = { ...attempt, attempt: 2, started_at: 3, ended_at: 4 }
    const made = evidence({
      faults: [kill],
      jobs: [{ ...job, attempt: 2, max_attempts: 5, result: { job: ID, attempt: 2, nonce: 'n2' } }],
      attempts: [crashed, second],
      deeds: [deed('began'), deed('began', { attempt: 2 }), deed('effect', { attempt: 2, nonce: 'n2' })],
      transitions: [
        step(null, 'pending'),
        step('pending', 'running'),
        step('running', 'pending'),
        step('pending', 'running'),
        step('running', 'completed'),
      ],
    })
    expect(checkRun(made)).toEqual([])
  })

  it('misses a job that was accepted and is not there', () => {
    expect(said({ jobs: [], attempts: [], transitions: [], deeds: [] })).toEqual(['accepted is kept'])
  })

  it('misses the address of a job that was accepted', () => {
    expect(said({ asked: [submission, read({ status: 404 })] })).toContain('accepted is kept')
    expect(said({ asked: [submission, read({ status: 410 })] })).toEqual(['accepted is kept'])
  })

  it('wants every job to end', () => {
    const stuck = { ...job, status: 'running', result: null }
    expect(said({ jobs: [stuck], attempts: [], transitions: STEPS.slice(0, 2) })).toEqual([
      'accepted is kept',
    ])
  })

  it('sees two jobs of one key, stored or answered', () => {
    const twin = { ...job, id: 'f5a8' }
    expect(said({ jobs: [job, twin] })).toContain('one key, one job')
    const other = [...STEPS, step(null, 'pending', { id: 'f5a8' })]
    expect(said({ transitions: other })).toContain('one key, one job')
    expect(said({ asked: [submission, { ...submission, jobId: 'f5a8' }] })).toContain('one key, one job')
  })

  it('sees an end that was changed, a move that is none, and a rerun nobody asked for', () => {
    expect(said({ transitions: [...STEPS, step('completed', 'completed')] })).toEqual(['one end'])
    expect(said({ transitions: [...STEPS, step('completed', 'failed')] })).toEqual(['one end'])
    const rerun = [...STEPS.slice(0, 2), step('running', 'failed'), step('failed', 'pending')]
    expect(said({ transitions: rerun })).toContain('one end')
  })

  it('sees the result of another attempt, and one that no task made', () => {
    const stale = { ...job, attempt: 2, max_attempts: 5 }
    const both = [
      { ...attempt, outcome: 'crashed' },
      { ...attempt, attempt: 2, started_at: 3, ended_at: 4 },
    ]
    expect(said({ jobs: [stale], attempts: both, faults: [kill] })).toEqual(['fence'])
    expect(said({ deeds: [deed('began'), deed('effect', { nonce: 'other' })] })).toEqual(['fence'])
  })

  it('sees an attempt that was begun twice, one without an end, and two that overlap', () => {
    expect(said({ deeds: [...DEEDS, deed('began')] })).toEqual(['fence'])
    expect(said({ attempts: [] })).toEqual(['fence'])
    const overlapping = [attempt, { ...attempt, attempt: 2, started_at: 2.5, ended_at: 4 }]
    expect(said({ jobs: [{ ...job, attempt: 2 }], attempts: overlapping })).toContain('fence')
  })

  it('sees an attempt used up by a crash, and one cut off where nothing was wrong', () => {
    const crashed = [
      { ...attempt, outcome: 'crashed' },
      { ...attempt, attempt: 2, started_at: 3, ended_at: 4 },
    ]
    const done = { ...job, attempt: 2, result: { job: ID, attempt: 2, nonce: 'n1' } }
    const deeds = [deed('began'), deed('began', { attempt: 2 }), deed('effect', { attempt: 2, nonce: 'n1' })]
    expect(said({ jobs: [done], attempts: crashed, deeds, faults: [kill] })).toEqual([
      'attempts are not used up',
    ])
    const rightly = { ...done, max_attempts: 5 }
    expect(said({ jobs: [rightly], attempts: crashed, deeds })).toEqual(['attempts are not used up'])
    expect(said({ jobs: [rightly], attempts: crashed, deeds, faults: [kill] })).toEqual([])
  })

  it('sees a task that is said to have failed and did not, and finished work that was thrown away', () => {
    const failed = [
      { ...attempt, outcome: 'failed', code: 'timed-out' },
      { ...attempt, attempt: 2, started_at: 3, ended_at: 4 },
    ]
    expect(said({ attempts: failed, jobs: [{ ...job, attempt: 2 }] })).toContain('attempts are not used up')
    const delay: Fault = { ...kill, kind: 'connection-delay' }
    const thrown = [
      { ...attempt, outcome: 'interrupted' },
      { ...attempt, attempt: 2, started_at: 3, ended_at: 4 },
    ]
    const twice = { ...job, attempt: 2, max_attempts: 5, result: { job: ID, attempt: 2, nonce: 'n2' } }
    const deeds = [...DEEDS, deed('began', { attempt: 2 }), deed('effect', { attempt: 2, nonce: 'n2' })]
    expect(said({ attempts: thrown, jobs: [twice], deeds, faults: [delay] })).toEqual([
      'attempts are not used up',
    ])
    expect(said({ attempts: thrown, jobs: [twice], deeds, faults: [kill] })).toEqual([])
  })

  it('sees work that was not done, and work that was done twice with no reason', () => {
    expect(said({ deeds: [deed('began')] })).toContain('work is done once')
    expect(said({ deeds: [...DEEDS, deed('effect', { nonce: 'n2' })] })).toEqual(['work is done once'])
  })

  it('sees answers nobody was promised, and those that did not come', () => {
    expect(said({ asked: [submission, read({ status: 500 })] })).toEqual(['answers'])
    expect(said({ asked: [submission, read({ status: 503 })] })).toEqual(['answers'])
    expect(said({ asked: [submission, read({ status: 503, retryAfter: 1 })] })).toEqual([])
    const held: Fault = { ...kill, kind: 'pause', target: 'api 1', from: 4000, to: 5005 }
    expect(said({ asked: [submission, read({ status: 408 })] })).toEqual(['answers'])
    expect(said({ asked: [submission, read({ status: 408 })], faults: [held] })).toEqual([])
    const { status: _, ...silence } = read({ error: 'ECONNRESET' })
    expect(said({ asked: [submission, silence] })).toEqual(['answers'])
    const near: Fault = { ...kill, target: 'api 1', from: 4000, to: 5005 }
    expect(said({ asked: [submission, silence], faults: [near] })).toEqual([])
  })

  it('sees a job that went backwards, and two things at one revision', () => {
    const older = read({ from: 6000, to: 6010, seen: { status: 'running', revision: 2 } })
    expect(said({ asked: [submission, read(), older] })).toEqual(['answers'])
    const other = read({ from: 6000, to: 6010, seen: { status: 'failed', revision: 3, end: '{}' } })
    expect(said({ asked: [submission, read(), other] })).toEqual(['answers'])
  })

  it('sees a process that ended by itself, and what the audit finds', () => {
    const exited: Life = { type: 'life', member: 'api 1', pid: 8, at: 10, event: 'exited', expected: false }
    expect(said({ lives: [...LIFE, exited] })).toEqual(['no process ends by itself'])
    const disagreements = [{ id: ID, status: 'completed', queueState: 'active' }]
    expect(said({ disagreements })).toEqual(['audit'])
  })
})
