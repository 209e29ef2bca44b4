import { describe, expect, it } from 'vitest'
import { useHouse } from '../support/house.ts'

const house = useHouse({ ACCEPTD_MAX_OUTPUT_BYTES: '4000' })

// Of each of these blocks of code units a text is made: 0 has U+0000, and 54 and 55 are nothing but halves of pairs.
const BLOCK = 1024
const blocks = Array.from({ length: 65_536 / BLOCK }, (_, block) => ({
  from: block * BLOCK,
  to: block * BLOCK + BLOCK - 1,
}))
const textOf = ({ from }: { from: number }) =>
  Array.from({ length: BLOCK }, (_, index) => String.fromCharCode(from + index)).join('')

describe('an output that cannot be kept', () => {
  it.each([
    ['output-not-serialisable', ['cycle', 'deep', 'nothing', 'bigint', 'map', 'infinite', 'nul', 'getter']],
    ['output-too-large', ['many', 'endless']],
  ])('fails the job with %s, and is not tried again', async (code, whats) => {
    for (const what of whats) {
      const { location } = await house.api.submit('returns', { what })
      const { error, attempt } = await house.reaches(location, 'failed')
      expect({ what, attempt, ...error }).toMatchObject({ what, attempt: 1, code, retryable: false })
      expect(error?.type).toBe(`/problems/${code}`)
      expect(error?.detail).not.toContain('secrets')
    }
  })

  it('is none that never arrives: what throws when it is awaited is an error like others', async () => {
    const { location } = await house.api.submit('returns', { what: 'thenable' })
    const failed = await house.reaches(location, 'failed')
    expect(failed).toMatchObject({ attempt: 2, error: { code: 'task-failed', retryable: true } })
  })

  it('is one that Postgres does not take, for a reason of its own', async () => {
    const refusals = [
      ['54000', 'string buffer exceeds maximum allowed length (1073741823 bytes)', 'output-too-large'],
      ['XX000', 'invalid memory alloc request size 1073741824', 'output-too-large'],
      ['22P05', 'unsupported Unicode escape sequence', 'output-not-serialisable'],
    ] as const
    const { pool } = house.database
    for (const [state, message, code] of refusals) {
      await pool.query(`
        create or replace function acceptd.too_much() returns trigger language plpgsql as $$
        begin raise exception using errcode = '${state}', message = '${message}'; end $$`)
      await pool.query(`
        create or replace trigger too_much before update on acceptd.jobs for each row
        when (new.result is not null) execute function acceptd.too_much()`)
      const { location } = await house.api.submit('returns', { what: 'large' })
      const failed = await house.reaches(location, 'failed')
      expect(failed).toMatchObject({ attempt: 1, error: { code, retryable: false } })
    }
    await pool.query('drop function acceptd.too_much() cascade')
  })
})

describe('each of the 65,536 code units', () => {
  it('in an output is kept as it is, or is the reason that the job fails', async () => {
    const jobs = await Promise.all(blocks.map((block) => house.api.submit('letters', block)))
    for (const [at, { location }] of jobs.entries()) {
      const text = textOf(blocks[at] ?? { from: 0 })
      const isKept = text.isWellFormed() && !text.includes('\u0000')
      const job = await house.reaches(location, isKept ? 'completed' : 'failed')
      expect(job.attempt).toBe(1)
      if (isKept) expect(job.result).toBe(text)
      else expect(job.error?.code).toBe('output-not-serialisable')
    }
    expect(jobs).toHaveLength(64)
  })

  it("in an error's text is shown, or stands there as U+FFFD", async () => {
    const jobs = await Promise.all(
      blocks.map((block) => house.api.submit('letters', { ...block, fails: true })),
    )
    for (const [at, { location }] of jobs.entries()) {
      const shown = textOf(blocks[at] ?? { from: 0 })
        .replaceAll('\u0000', '\uFFFD')
        .toWellFormed()
      expect((await house.reaches(location, 'failed')).error?.detail).toBe(shown)
    }
  })
})
