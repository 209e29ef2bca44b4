/** The Express app that the peers have in common: checks the input, has the job accepted, answers 202 with its document. */
import type { AddressInfo } from 'node:net'
import express, { type Express } from 'express'
import { jobInput, type JobInput, type TaskName } from '../jobs/peer-tasks.ts'
import { pendingDocument } from './job-document.ts'

/** Stores the job under this id. */
export type Accept = (task: TaskName, id: string, input: JobInput) => Promise<unknown>

export function jobApp(accept: Accept): Express {
  const app = express()
  app.disable('x-powered-by')
  app.use(express.json())
  app.post('/tasks/:task', async (request, response) => {
    const { task } = request.params
    if (task !== 'noop' && task !== 'stamp') return void response.sendStatus(404)
    const checked = jobInput.safeParse(request.body)
    if (!checked.success) return void response.status(422).json({ errors: checked.error.issues })
    const id = crypto.randomUUID()
    await accept(task, id, checked.data)
    const document = pendingDocument(task, id)
    response.status(202).location(document.links.self).set('Retry-After', '1').json(document)
  })
  return app
}

/** On a free port of loopback, told to whoever started this process. */
export function listen(app: Express): void {
  const server = app.listen(0, '127.0.0.1', () => {
    process.send?.({ port: (server.address() as AddressInfo).port })
  })
  // As acceptd: longer than the default 5 s, so that no connection ends between two measurements.
  server.keepAliveTimeout = 65_000
}
