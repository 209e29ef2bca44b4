/** The same two tasks for the peers. */
import { z } from 'zod'
import { countJob, now } from './first-and-last.ts'

/** Checked as acceptd checks it: before the job is accepted. */
export const jobInput = z.strictObject({ n: z.int() })

export type JobInput = z.infer<typeof jobInput>

export type TaskName = 'noop' | 'stamp'

export function noop(): { ok: boolean } {
  countJob()
  return { ok: true }
}

export function stamp({ n }: JobInput): { n: number; startedAt: number } {
  return { n, startedAt: now() }
}
