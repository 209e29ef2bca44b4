/** P(x) of the rows: a problem response, checked in full. */
import type { Answer } from './exchange.ts'
import { expect, expectEqual } from './expect.ts'

/** @param slugs the `type` must end in one of these; any problem where none is given */
export function expectProblem(
  answer: Answer,
  status: number | readonly number[],
  ...slugs: readonly string[]
): void {
  const where = `${answer.method} ${answer.url.pathname}`
  const wanted = [status].flat()
  expect(
    wanted.includes(answer.status),
    `${where} answered ${answer.status}, not ${wanted.join(' or ')}: ${answer.text.slice(0, 160)}`,
  )
  const mediaType = answer.headers['content-type']?.split(';')[0]
  expectEqual(mediaType, 'application/problem+json', `${where} (${answer.status}): Content-Type`)
  expect(
    /\bno-store\b/.test(answer.headers['cache-control'] ?? ''),
    `${where} (${answer.status}) may be stored: Cache-Control is ${answer.headers['cache-control']}`,
  )
  if (answer.method === 'HEAD') return
  const { type, status: said } = answer.json()
  expectEqual(said, answer.status, `${where}: status in the problem`)
  if (slugs.length > 0)
    expect(
      slugs.some((slug) => String(type).endsWith(slug)),
      `${where} (${answer.status}): type is ${String(type)}, not ${slugs.join(' or ')}`,
    )
}
