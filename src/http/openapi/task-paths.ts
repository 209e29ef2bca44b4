/** The operations on each task, one concrete path with its own schema and example. */
import { z } from 'zod'
import type { ZodOpenApiPathsObject } from 'zod-openapi'
import type { Catalogue, KnownTask } from '../../job/catalogue.ts'
import { submissionOptions } from '../../job/submission.ts'
import { submissionQuery } from '../submit.ts'
import { taskSchema } from '../tasks.ts'
import { callbackAt } from './callbacks.ts'
import { listOperation } from './job-paths.ts'
import { idempotencyKeyParameter, preferOnSubmit } from './parameters.ts'
import { answer, headers, usualProblems } from './responses.ts'
import { submitAnswers, submitProblems } from './submissions.ts'
import { inputOf, pascal } from './task-schemas.ts'

export function taskPaths(catalogue: Catalogue): ZodOpenApiPathsObject {
  return Object.fromEntries([...catalogue.values()].map((task) => [`/tasks/${task.name}`, pathOf(task)]))
}

function pathOf(task: KnownTask) {
  const name = pascal(task.name)
  return {
    get: {
      operationId: `get${name}Task`,
      tags: ['tasks'],
      summary: `About ${task.name}`,
      responses: {
        200: answer('The task', taskSchema, headers.task),
        ...usualProblems('invalid-parameter', 'task-not-found'),
      },
    },
    post: {
      operationId: `submit${name}`,
      tags: ['tasks'],
      summary: task.summary,
      ...(task.description === undefined ? {} : { description: task.description }),
      ...(task.deprecated ? { deprecated: true } : {}),
      parameters: [idempotencyKeyParameter(task.requiresIdempotencyKey), preferOnSubmit],
      callbacks: callbackAt('{$request.query.callbackUrl}'),
      requestParams: { query: submissionQuery },
      requestBody: {
        required: true,
        content: { 'application/json': { schema: inputOf(task), ...exampleOf(task.example) } },
      },
      responses: {
        ...submitAnswers,
        ...usualProblems('task-not-found'),
        ...submitProblems,
      },
    },
  }
}

/** POST /jobs takes any task: one form for each, told apart by `task`. */
export function jobsPath(catalogue: Catalogue): ZodOpenApiPathsObject {
  const [first] = catalogue.values()
  const example = first && { task: first.name, input: first.example ?? {} }
  return {
    '/jobs': {
      get: listOperation,
      post: {
        operationId: 'submitJob',
        tags: ['jobs'],
        summary: 'Submit a job',
        parameters: [idempotencyKeyParameter(), preferOnSubmit],
        callbacks: callbackAt('{$request.body#/callbackUrl}'),
        requestBody: {
          required: true,
          content: { 'application/json': { schema: anySubmission(catalogue), ...exampleOf(example) } },
        },
        responses: { ...submitAnswers, ...submitProblems },
      },
    },
  }
}

function anySubmission(catalogue: Catalogue): z.ZodType {
  const [first, ...others] = [...catalogue.values()].map((task) =>
    z.strictObject({ task: z.literal(task.name), input: inputOf(task), ...submissionOptions }),
  )
  if (!first) return z.unknown()
  return others.length === 0 ? first : z.union([first, ...others])
}

function exampleOf(example: unknown) {
  return example === undefined ? {} : { example }
}
