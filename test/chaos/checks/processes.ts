/** No process ends by itself, and jobs and queue agree. */
import type { Check } from './evidence.ts'

export const processes: Check = ({ history }) =>
  history.lives
    .filter(({ event, expected }) => event === 'exited' && expected !== true)
    .map(({ member, detail }) => ({ check: 'no process ends by itself', detail: `${member}: ${detail}` }))

export const agreement: Check = ({ snapshot }) =>
  snapshot.disagreements.map(({ id, status, queueState }) => ({
    check: 'audit',
    detail: `job ${id}: ${status ?? 'none'}, in the queue: ${queueState ?? 'none'}`,
  }))
