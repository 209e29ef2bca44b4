/** Tasks: what kinds of work there are, and the door to each. */
import type { Request, Router } from 'express'
import { z } from 'zod'
import { taskNamed, type KnownTask } from '../job/catalogue.ts'
import { jsonBody } from './json-body.ts'
import { noParameters, queryOf } from './query.ts'
import { resource, strictRouter } from './resource.ts'
import { sendJson } from './send.ts'
import { submitToTask, type Doors } from './submit.ts'
import type { Urls } from './urls.ts'

export const taskSchema = z
  .object({
    name: z.string(),
    summary: z.string(),
    description: z.string().optional(),
    input: z.record(z.string(), z.unknown()).meta({ description: 'JSON Schema of the input' }),
    output: z.record(z.string(), z.unknown()).meta({ description: 'JSON Schema of the result' }),
    example: z.unknown().meta({ description: 'An input that works' }).optional(),
    maxAttempts: z.int().min(1),
    timeoutSeconds: z.number(),
    typicalDurationSeconds: z.number(),
    links: z.object({ self: z.string().meta({ format: 'uri-reference' }) }),
  })
  .meta({ id: 'Task', description: 'A kind of work' })

export type TaskDocument = z.infer<typeof taskSchema>

export function tasksRouter(doors: Doors): Router {
  const { catalogue, urls } = doors
  const router = strictRouter()
  resource(router, '/tasks', {
    get(req, res) {
      queryOf(noParameters, req)
      sendJson(res, 200, { items: [...catalogue.values()].map((task) => taskDocument(task, urls)) })
    },
  })
  resource(router, '/tasks/:task', {
    get(req, res) {
      const task = taskNamed(catalogue, String(req.params['task']))
      queryOf(noParameters, req)
      sendJson(res, 200, taskDocument(task, urls))
    },
    // Whether there is such a task is judged before its body is read.
    post: [
      (req, _res, next) => {
        taskNamed(catalogue, String(req.params['task']))
        next()
      },
      ...jsonBody,
      (req, res) => submitToTask(doors, req as Request<{ task: string }>, res),
    ],
  })
  return router
}

function taskDocument(task: KnownTask, urls: Urls): TaskDocument {
  return {
    name: task.name,
    summary: task.summary,
    ...(task.description === undefined ? {} : { description: task.description }),
    input: task.inputSchema,
    output: task.outputSchema,
    ...(task.example === undefined ? {} : { example: task.example }),
    maxAttempts: task.retry.limit + 1,
    timeoutSeconds: task.timeoutSeconds,
    typicalDurationSeconds: task.typicalSeconds,
    links: { self: urls.task(task.name) },
  }
}
