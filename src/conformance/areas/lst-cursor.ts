/** Cursors that no server has given out, made from one that it has. */
import { expect } from '../expect.ts'

/** The next page with its cursor tampered with, in several ways. */
export function otherCursors(page: URL, next: URL): URL[] {
  const [name, cursor] = cursorIn(page, next)
  const middle = Math.floor(cursor.length / 2)
  const tampered = [
    // One letter changed, at several places: a cursor must be known to be one's own, not only to look like it.
    ...[0, middle, cursor.length - 1].map(
      (at) => cursor.slice(0, at) + another(cursor[at]) + cursor.slice(at + 1),
    ),
    cursor.slice(0, middle),
    `${cursor}${cursor.at(-1)}`,
    'no-such-cursor',
    '',
  ]
  return tampered.map((value) => {
    const url = new URL(next)
    url.searchParams.set(name, value)
    return url
  })
}

/** What the address of the next page has and that of this one has not. */
function cursorIn(page: URL, next: URL): [name: string, value: string] {
  const added = [...next.searchParams].filter(([name, value]) => page.searchParams.get(name) !== value)
  const [cursor] = added
  expect(
    added.length === 1 && cursor !== undefined,
    `${next.search} has not just a cursor more than ${page.search}`,
  )
  return cursor
}

function another(letter: string | undefined): string {
  return letter === 'A' ? 'B' : 'A'
}
