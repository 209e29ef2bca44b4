/** Query parameters, all of them known and valid: a mistyped filter must not mean "everything". */
import type { Request } from 'express'
import { z } from 'zod'
import { findFlaws } from '../job/json.ts'
import { check } from '../job/violations.ts'
import { HttpError } from './http-error.ts'

/** For what takes none. */
export const noParameters = z.strictObject({})

/** @throws HttpError invalid-parameter */
export function queryOf<S extends z.ZodType>(schema: S, req: Request): z.output<S> {
  expectEncoded(req)
  const query = { ...req.query }
  const checked = check(schema, query, [], 'parameter')
  if (!checked.ok) {
    const parameters = checked.violations.map(({ detail, pointer }) => ({
      detail,
      parameter: nameIn(pointer),
    }))
    throw new HttpError('invalid-parameter', 'The query is not valid', { parameters })
  }
  const flaws = findFlaws(query).map(({ path, detail }) => ({ detail, parameter: String(path[0]) }))
  if (flaws.length > 0)
    throw new HttpError('invalid-parameter', 'The query is not valid', { parameters: flaws })
  return checked.value
}

/** Where it is no percent-encoding of UTF-8, Express would put U+FFFD: two different queries would become one. */
function expectEncoded({ originalUrl }: Request): void {
  if (!originalUrl.includes('%')) return
  const [, ...query] = originalUrl.split('?')
  try {
    decodeURIComponent(query.join('?'))
  } catch {
    throw new HttpError('invalid-parameter', 'The query is not valid percent-encoding')
  }
}

function nameIn(pointer: string): string {
  const [, name = ''] = pointer.split('/')
  return decodeURIComponent(name).replaceAll('~1', '/').replaceAll('~0', '~')
}
