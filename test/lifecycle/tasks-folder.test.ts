import fs from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import type { JobDocument } from '../../src/http/representation.ts'
import { testDatabase } from '../support/database.ts'
import { serve, temporaryFolder } from '../support/processes.ts'
import { until } from '../support/until.ts'

const GREET = `
import { defineTask, TaskError, z } from 'acceptd'

export default defineTask({
  summary: 'Greet somebody',
  input: z.object({ name: z.string() }),
  output: z.object({ greeting: z.string() }),
  async run({ name }, { jobId, attempt, log, progress, signal }) {
    signal.throwIfAborted()
    log.info('greeting', { name })
    progress(50, 'halfway')
    if (name === 'nobody') throw new TaskError('Nobody is here', { code: 'nobody-here', retryable: false })
    return { greeting: \`Hello \${name}, attempt \${attempt}\` }
  },
})
`

describe('tasks of one’s own', () => {
  it('are files in folders anywhere on disk, in TypeScript or JavaScript, with nothing installed beside them', async () => {
    const [one, two] = [await temporaryFolder(), await temporaryFolder()]
    await fs.writeFile(path.join(one, 'greet.ts'), GREET)
    await fs.writeFile(path.join(one, 'greet.test.ts'), 'throw new Error("tests are not tasks")')
    await fs.writeFile(path.join(one, 'README.md'), 'Tasks')
    await fs.mkdir(path.join(one, 'greet'))
    await fs.writeFile(path.join(two, 'greet-again.mjs'), GREET)
    const database = await testDatabase()
    const acceptd = await serve({ DATABASE_URL: database.url, ACCEPTD_TASKS: `${one},${two}` })

    for (const task of ['greet', 'greet-again']) {
      const headers = { 'Content-Type': 'application/json' }
      const response = await fetch(`${acceptd.url}/tasks/${task}`, {
        method: 'POST',
        body: '{"name": "Ada"}',
        headers,
      })
      expect(response.status).toBe(202)
      const address = acceptd.url + (response.headers.get('location') ?? '')
      let job: JobDocument | undefined
      await until('the job to end', async () => {
        job = (await (await fetch(address)).json()) as JobDocument
        return job.done
      })
      expect(job).toMatchObject({ status: 'completed', result: { greeting: 'Hello Ada, attempt 1' } })
    }
    const lines = acceptd
      .output()
      .split('\n')
      .filter((line) => line.startsWith('{'))
    expect(lines.map((line) => JSON.parse(line) as object)).toContainEqual(
      expect.objectContaining({ msg: 'greeting', task: 'greet', attempt: 1, details: { name: 'Ada' } }),
    )
    acceptd.process.kill('SIGTERM')
    await acceptd.exited
    await database.drop()
  })
})
