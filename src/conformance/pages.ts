/** Following a list from page to page, as its links say. */
import type { Answer } from './exchange.ts'
import { expect, expectEqual, skip } from './expect.ts'
import { linkTo } from './link-header.ts'
import type { Document, SubmitOptions, Target } from './target.ts'

export interface Page {
  readonly answer: Answer
  readonly items: readonly Document[]
  readonly ids: readonly string[]
  /** The next page; absent on the last. */
  readonly next: URL | undefined
}

export interface Traversal {
  readonly as?: NonNullable<SubmitOptions['as']>
  /** Called after each page but the last. */
  readonly between?: (pages: readonly Page[]) => Promise<void>
  /** Enough has been seen. */
  readonly until?: (pages: readonly Page[]) => boolean
}

/** A minute or so of pages; a server that many jobs have been left on is not what these rows are for. */
const MOST_PAGES = 1000

export function listOf(target: Target, query: Readonly<Record<string, string>> = {}): URL {
  const url = new URL(target.profile.paths.list, target.base)
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value)
  return url
}

export async function readPage(
  target: Target,
  url: URL,
  as: NonNullable<SubmitOptions['as']> = 'a',
): Promise<Page> {
  const answer = await target.ask(url, { as })
  const where = `GET ${url.pathname}${url.search}`
  expect(
    answer.status === 200,
    `${where} was answered ${answer.status}, not 200: ${answer.text.slice(0, 160)}`,
  )
  const document = answer.json()
  const items = target.get(document, 'items')
  expect(Array.isArray(items), `${where} has no array ${target.profile.pointers.items}`)
  return {
    answer,
    items: items as Document[],
    ids: (items as Document[]).map((item) => String(target.get(item, 'id'))),
    next: nextOf(target, answer, document),
  }
}

/** From the first page on. */
export async function traverse(target: Target, first: URL, options: Traversal = {}): Promise<Page[]> {
  const pages: Page[] = []
  for (let at: URL | undefined = first; at;) {
    if (pages.length === MOST_PAGES)
      skip(`the list has over ${MOST_PAGES} pages: take a server with fewer jobs`)
    const page = await readPage(target, at, options.as)
    pages.push(page)
    at = options.until?.(pages) ? undefined : page.next
    if (at) await options.between?.(pages)
  }
  return pages
}

/** The header and the body must say the same. */
function nextOf(target: Target, answer: Answer, document: Document): URL | undefined {
  const inHeader = linkTo(answer, 'next')
  const inBody = target.get(document, 'next')
  const said = typeof inBody === 'string' ? new URL(inBody, answer.url) : undefined
  expectEqual(said?.href, inHeader?.href, 'the next page, in the body against Link,')
  return inHeader
}
