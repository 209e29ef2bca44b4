/** Tasks: what kinds of work there are, and the door to each. */
import type { Router } from 'express'
import { z } from 'zod'
import { taskNamed, type KnownTask } from '../job/catalogue.ts'
import type { HttpContext } from './context.ts'
import { setDeprecation } from './deprecation.ts'
import { jsonBody } from './json-body.ts'
import { urlsOf } from './place.ts'
import { noParameters, queryOf } from './query.ts'
import { resource, strictRouter } from './resource.ts'
import { sendJson } from './send.ts'
import { submitToTask } from './submit.ts'
import type { Urls } from './urls.ts'

export const taskSchema = z
  .object({
    name: z.string(),
    summary: z.string(),
    description: z.string().optional(),
    deprecated: z.boolean().meta({ description: 'It should not be used any more' }).optional(),
    input: z.record(z.string(), z.unknown()).meta({ description: 'JSON Schema of the input' }),
    output: z.record(z.string(), z.unknown()).meta({ description: 'JSON Schema of the result' }),
    example: z.unknown().meta({ description: 'An input that works' }).optional(),
    requiresIdempotencyKey: z.boolean(),
    lane: z
      .string()
      .meta({ description: 'Its jobs share workers’ slots with those of the other tasks of this lane' }),
    concurrency: z
      .int()
      .min(1)
      .meta({ description: 'How many of its jobs a worker process runs at once, where that is limited' })
      .optional(),
    maxAttempts: z.int().min(1),
    timeoutSeconds: z.number(),
    typicalDurationSeconds: z
      .number()
      .meta({ description: 'The median of those that completed lately; at first what its author says' }),
    links: z.object({ self: z.string().meta({ format: 'uri-reference' }) }),
  })
  .meta({ id: 'Task', description: 'A kind of work' })

export type TaskDocument = z.infer<typeof taskSchema>

export function tasksRouter(context: HttpContext): Router {
  const { catalogue } = context
  const router = strictRouter()
  const before = [context.authenticate]
  resource(
    router,
    '/tasks',
    {
      get(req, res) {
        queryOf(noParameters, req)
        sendJson(res, 200, {
          items: [...catalogue.values()].map((task) => taskDocument(task, context, urlsOf(res))),
        })
      },
    },
    { before },
  )
  resource(
    router,
    '/tasks/:task',
    {
      get(req, res) {
        const task = taskNamed(catalogue, String(req.params['task']))
        queryOf(noParameters, req)
        setDeprecation(res, task)
        sendJson(res, 200, taskDocument(task, context, urlsOf(res)))
      },
      // Whether there is such a task is judged before its body is read.
      post: [
        (req, _res, next) => {
          taskNamed(catalogue, String(req.params['task']))
          next()
        },
        ...jsonBody,
        submitToTask(context),
      ],
    },
    { before },
  )
  return router
}

function taskDocument(task: KnownTask, { forecasts }: HttpContext, urls: Urls): TaskDocument {
  return {
    name: task.name,
    summary: task.summary,
    ...(task.description === undefined ? {} : { description: task.description }),
    ...(task.deprecated ? { deprecated: true } : {}),
    input: task.inputSchema,
    output: task.outputSchema,
    ...(task.example === undefined ? {} : { example: task.example }),
    requiresIdempotencyKey: task.requiresIdempotencyKey ?? false,
    lane: task.lane,
    ...(task.concurrency === undefined ? {} : { concurrency: task.concurrency }),
    maxAttempts: task.retry.limit + 1,
    timeoutSeconds: task.timeoutSeconds,
    typicalDurationSeconds: forecasts.typicalSeconds(task),
    links: { self: urls.task(task.name) },
  }
}
