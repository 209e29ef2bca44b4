/** The list of tasks and the operations for whoever runs the service. */
import { z } from 'zod'
import type { ZodOpenApiPathsObject } from 'zod-openapi'
import { endpointSchema } from '../endpoints.ts'
import { healthSchema } from '../health.ts'
import { taskSchema } from '../tasks.ts'
import { MOST_LISTED } from '../../store/endpoint-list.ts'
import { answer, headers, problems, usualProblems } from './responses.ts'

export const taskListPath: ZodOpenApiPathsObject = {
  '/tasks': {
    get: {
      operationId: 'listTasks',
      tags: ['tasks'],
      summary: 'List the kinds of work',
      responses: {
        200: answer(
          'The tasks, with the JSON Schemas of their inputs and results',
          z.object({ items: z.array(taskSchema) }),
        ),
        ...usualProblems('invalid-parameter'),
      },
    },
  },
}

export const endpointsPath: ZodOpenApiPathsObject = {
  '/endpoints': {
    get: {
      operationId: 'listEndpoints',
      tags: ['jobs'],
      summary: 'List whom your jobs call, and how that goes',
      responses: {
        200: answer(
          `Those called last first, ${MOST_LISTED} at most; forgotten after a day without a call`,
          z.object({ items: z.array(endpointSchema) }),
        ),
        ...usualProblems('invalid-parameter'),
      },
    },
  },
}

function probe(operationId: string, summary: string) {
  const health = (description: string) =>
    answer(description, healthSchema, headers.everywhere, 'application/health+json')
  const responses = { 200: health('Well, or with warnings'), 503: health('Not now'), ...problems() }
  return { get: { operationId, tags: ['operations'], summary, responses } }
}

export const healthPaths: ZodOpenApiPathsObject = {
  '/livez': probe('getLiveness', 'Does the process answer?'),
  '/readyz': probe('getReadiness', 'Can it take requests?'),
  '/health': probe('getHealth', 'How is it doing? Database, queue, workers, whom jobs call'),
}
