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

  it('may transform their input, refer to themselves, and share schemas with ids', async () => {
    const folder = await temporaryFolder()
    await fs.writeFile(
      path.join(folder, 'tree.ts'),
      `
import { defineTask, z } from 'acceptd'

const node = z.object({ at: z.string().transform(Number), get children() { return z.array(node).default([]) } }).meta({ id: 'Node' })
export default defineTask({
  summary: 'Sum a tree',
  input: z.object({ root: node }),
  output: z.object({ sum: z.number() }),
  run({ root }) {
    const sum = (n) => n.at + n.children.reduce((all, child) => all + sum(child), 0)
    return { sum: sum(root) }
  },
})
`,
    )
    const database = await testDatabase()
    const acceptd = await serve({ DATABASE_URL: database.url, ACCEPTD_TASKS: folder })
    const submit = (input: object) => {
      const headers = { 'Content-Type': 'application/json' }
      return fetch(`${acceptd.url}/tasks/tree`, { method: 'POST', body: JSON.stringify(input), headers })
    }
    expect((await submit({ root: { at: '1', children: [{ at: '2', oops: 1 }] } })).status).toBe(422)
    const response = await submit({ root: { at: '1', children: [{ at: '2', children: [{ at: '4' }] }] } })
    expect(response.status).toBe(202)
    const result = `${acceptd.url}${response.headers.get('location')}/result`
    await until('the result', async () => (await fetch(result)).status === 200)
    expect(await (await fetch(result)).json()).toEqual({ sum: 7 })
    const document = await (await fetch(`${acceptd.url}/openapi.yaml`)).text()
    expect(document).toContain('#/components/schemas/TreeInput')
    acceptd.process.kill('SIGTERM')
    await acceptd.exited
    await database.drop()
  })
})
