/** The operations on each task, one concrete path with its own schema and example. */
import { z } from 'zod'
import type { ZodOpenApiPathsObject } from 'zod-openapi'
import type { Catalogue, KnownTask } from '../../job/catalogue.ts'
import { submissionOptions } from '../../job/submission.ts'
import { submissionQuery } from '../submit.ts'
import { taskSchema } from '../tasks.ts'
import { accepted, idempotencyKey, jobLink, listOperation, submitProblems } from './paths.ts'
import { answer, usualProblems } from './responses.ts'

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
        200: answer('The task', taskSchema),
        ...usualProblems('invalid-parameter', 'task-not-found'),
      },
    },
    post: {
      operationId: `submit${name}`,
      tags: ['tasks'],
      summary: task.summary,
      ...(task.description === undefined ? {} : { description: task.description }),
      parameters: [idempotencyKey],
      requestParams: { query: submissionQuery },
      requestBody: {
        required: true,
        content: { 'application/json': { schema: task.input, ...exampleOf(task.example) } },
      },
      responses: {
        202: { ...accepted, links: jobLink },
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
        parameters: [idempotencyKey],
        requestBody: {
          required: true,
          content: { 'application/json': { schema: anySubmission(catalogue), ...exampleOf(example) } },
        },
        responses: { 202: { ...accepted, links: jobLink }, ...submitProblems },
      },
    },
  }
}

/** The results of all tasks: what GET /jobs/{id}/result may answer. */
export function anyResult(catalogue: Catalogue): z.ZodType {
  return oneOf([...catalogue.values()].map((task) => task.output))
}

/** Named, so that generators of clients make a type for each. */
export function taskSchemas(catalogue: Catalogue): Record<string, z.ZodType> {
  const named = [...catalogue.values()].flatMap((task) => [
    [`${pascal(task.name)}Input`, task.input] as const,
    [`${pascal(task.name)}Result`, task.output] as const,
  ])
  return Object.fromEntries(named)
}

function anySubmission(catalogue: Catalogue): z.ZodType {
  const forms = [...catalogue.values()].map((task) =>
    z.strictObject({ task: z.literal(task.name), input: task.input, ...submissionOptions }),
  )
  return oneOf(forms)
}

function oneOf([first, ...others]: readonly z.ZodType[]): z.ZodType {
  if (!first) return z.unknown()
  return others.length === 0 ? first : z.union([first, ...others])
}

function exampleOf(example: unknown) {
  return example === undefined ? {} : { example }
}

function pascal(name: string): string {
  return name.replaceAll(/(?:^|-)(.)/g, (_, letter: string) => letter.toUpperCase())
}
