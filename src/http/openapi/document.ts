/** The OpenAPI 3.1 document of the tasks this process has loaded. */
import { stringify } from 'yaml'
import { createDocument, type oas32 } from 'zod-openapi'
import manifest from '../../../package.json' with { type: 'json' }
import type { Catalogue } from '../../job/catalogue.ts'
import { plain } from '../../job/plain-schema.ts'
import { webhooks } from './callbacks.ts'
import { jobPaths } from './job-paths.ts'
import { manyJobsPaths } from './many-jobs-paths.ts'
import { endpointsPath, healthPaths, taskListPath } from './paths.ts'
import { headerComponents } from './responses.ts'
import { jobsPath, taskPaths } from './task-paths.ts'
import { anyResult, taskSchemas } from './task-schemas.ts'

const DESCRIPTION = `Submit work that takes a while; get 202 and a place to look; fetch the result when it is done.

Send \`POST /tasks/{task}\` with the task's input (or \`POST /jobs\` with \`{"task", "input"}\`). The answer is \`202 Accepted\`
with the job's address in \`Location\` and the seconds to wait in \`Retry-After\`. Ask there until \`done\` is true; then
\`result\` or \`error\` says what came of it. With an \`Idempotency-Key\` a submission can be repeated without doing the work
twice.

Documents may gain members: ignore those you do not know.`

export function openApiDocument(catalogue: Catalogue, publicUrl?: string): oas32.OpenAPIObject {
  return createDocument(
    {
      openapi: '3.1.1',
      info: {
        title: 'acceptd',
        version: manifest.version,
        summary: 'An async job API: HTTP 202 Accepted, done properly',
        description: DESCRIPTION,
        license: { name: 'MIT', identifier: 'MIT' },
      },
      servers: [{ url: publicUrl?.replace(/\/+$/, '') || '/' }],
      tags: [
        { name: 'tasks', description: 'Kinds of work' },
        { name: 'jobs', description: 'Work submitted' },
        { name: 'operations', description: 'For whoever runs the service' },
      ],
      // A key where the service has been given keys, else nothing.
      security: [{}, { key: [] }],
      paths: {
        ...taskListPath,
        ...taskPaths(catalogue),
        ...jobsPath(catalogue),
        ...manyJobsPaths,
        ...jobPaths(anyResult(catalogue)),
        ...endpointsPath,
        ...healthPaths,
      },
      webhooks,
      components: {
        schemas: taskSchemas(catalogue),
        headers: headerComponents,
        securitySchemes: { key: { type: 'http', scheme: 'bearer' } },
      },
    },
    {
      override: ({ jsonSchema, io }) => {
        plain(jsonSchema)
        // Answers are open: clients that refuse unknown members would break with each new one. Requests are closed.
        if (io === 'output' && jsonSchema.additionalProperties === false)
          delete jsonSchema.additionalProperties
      },
    },
  )
}

export function openApiYaml(catalogue: Catalogue, publicUrl?: string): string {
  return stringify(openApiDocument(catalogue, publicUrl), { lineWidth: 0, aliasDuplicateObjects: false })
}
