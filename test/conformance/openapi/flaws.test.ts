import fs from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import type { Document } from '../../../src/conformance/target.ts'
import { openApiFlaws } from '../../../src/conformance/openapi/flaws.ts'

const SMALL = `
openapi: 3.1.1
info: { title: Small, version: '1' }
servers: [{ url: / }]
paths:
  /jobs:
    post:
      operationId: submit
      security: [{ key: [] }]
      requestBody: { content: { application/json: { schema: { $ref: '#/components/schemas/Input' } } } }
      responses:
        '202':
          description: Accepted
          headers: { Location: { $ref: '#/components/headers/Location' } }
          links: { job: { operationId: read, parameters: { id: '$response.body#/id' } } }
  /jobs/{id}:
    parameters: [{ name: id, in: path, required: true, schema: { type: string } }]
    get: { operationId: read, responses: { '200': { description: The job }, 4XX: { description: A problem } } }
  /jobs/{id}/result:
    get:
      operationId: result
      parameters: [{ name: id, in: path, required: true, schema: { type: string } }]
      responses: { default: { description: The result } }
components:
  headers: { Location: { schema: { type: string } } }
  schemas: { Input: { type: object, properties: { count: { type: [integer, 'null'], minimum: 1 } } } }
  securitySchemes: { key: { type: http, scheme: bearer } }
`

const CHANGES: readonly (readonly [flaw: string, from: string, to: string, says: string])[] = [
  ['another version', '3.1.1', '3.0.3', 'not 3.1.x'],
  ['a missing title', 'title: Small', 'summary: Small', '/info has no title'],
  ['a field that is not known', 'servers:', 'server:', 'has a field "server"'],
  ['a dead reference', 'headers/Location', 'headers/Gone', 'where nothing is'],
  ['a dead reference to a schema', 'schemas/Input', 'schemas/Gone', 'where nothing is'],
  ['a missing description', 'description: The job', 'x-none: 1', 'has no description'],
  ['an operationId twice', 'operationId: result', 'operationId: read', 'are called read'],
  [
    'a link to nowhere',
    '{ operationId: read, par',
    '{ operationId: gone, par',
    'links to the operation gone',
  ],
  ['a path twice', '/jobs/{id}/result:', '/jobs/{other}:', 'is also'],
  ['a path that is none', '/jobs/{id}/result:', 'jobs/{id}/result:', 'is no path'],
  ['a variable that is not described', '/jobs/{id}/result:', '/jobs/{job}/result:', 'not describe {job}'],
  ['an optional path parameter', 'required: true', 'required: false', 'is in the path and not required'],
  ['a status that is none', "'200':", "'2000':", 'has responses 2000'],
  ['no responses', 'responses: { default: { description: The result } }', 'responses: {}', 'no responses'],
  ['a header without a schema', '{ schema: { type: string } }', '{ required: true }', 'neither schema nor'],
  ['a security scheme that is not there', '{ key: [] }', '{ other: [] }', 'scheme other'],
  ['a type that is none', '[integer,', '[int,', 'has the type ["int","null"]'],
  ['a remainder of 3.0', 'minimum: 1', 'nullable: true', 'went with 3.0'],
  ['another remainder of 3.0', 'minimum: 1', 'exclusiveMinimum: true', 'has the exclusiveMinimum true'],
]

function flawsOf(yaml: string): string[] {
  return openApiFlaws(parse(yaml) as Document)
}

describe('what is wrong with an OpenAPI document', () => {
  it('is nothing, where all is well', () => {
    expect(flawsOf(SMALL)).toEqual([])
  })

  it('is nothing, of ours', () => {
    const ours = fs.readFileSync(path.join(import.meta.dirname, '../../../openapi.yaml'), 'utf8')
    expect(flawsOf(ours)).toEqual([])
  })

  it.each(CHANGES)('is %s', (_, from, to, says) => {
    expect(SMALL).toContain(from)
    const flaws = flawsOf(SMALL.replace(from, () => to))
    expect(flaws.join('\n')).toContain(says)
  })
})
