/** Takes a moment, so that it can be canceled, watched and waited for while it runs. */
import { setTimeout as sleep } from 'node:timers/promises'
import { defineTask, TaskError, z } from 'acceptd'

export default defineTask({
  summary: 'Take a moment',
  input: z.object({
    milliseconds: z.int().min(0).max(300).default(50),
    failures: z.int().min(0).max(3).default(0),
  }),
  output: z.object({ attempt: z.int() }),
  lane: 'linger',
  retry: { limit: 2, delaySeconds: 0.05, maxDelaySeconds: 0.1 },
  typicalSeconds: 0.1,
  async run({ milliseconds, failures }, { attempt, progress, signal }) {
    progress(10, 'lingering')
    await sleep(milliseconds, undefined, { signal })
    if (attempt <= failures) throw new TaskError(`Failure ${attempt} of ${failures}`)
    return { attempt }
  },
})
