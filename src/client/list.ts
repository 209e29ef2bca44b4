/** The list of jobs, page after page. */
import type { Filters, Job } from './documents.ts'
import { documentOf, exchange, type Line } from './exchange.ts'

// The most that a page has.
const PAGE_SIZE = '100'

export async function* jobsIn(
  line: Line,
  url: string,
  filters: Filters = {},
): AsyncGenerator<Job, void, undefined> {
  const query = new URLSearchParams({ limit: PAGE_SIZE })
  for (const [name, value] of Object.entries(filters)) if (value !== undefined) query.set(name, String(value))
  for (let search = `?${query.toString()}`; search !== '';) {
    const page = await exchange(line, url + search, {}, documentOf<{ items: Job[]; next?: string }>)
    yield* page.items
    // Of the link alone: its address may be that of a proxy, and the key is for the one that was given to the client.
    search = new URL(page.next ?? '', url).search
  }
}
