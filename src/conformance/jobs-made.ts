/** How many jobs came to be meanwhile, by the list: only for rows that run alone. */
import { expect } from './expect.ts'
import type { Document, Target } from './target.ts'

/**
 * Does `act` and holds the list of caller A after it against the one before.
 * @returns what the report is to say where there is no list to look at
 */
export async function expectJobsMade(
  target: Target,
  expected: number,
  what: string,
  act: () => Promise<unknown>,
): Promise<string | undefined> {
  if (!target.profile.features.includes('list')) {
    await act()
    return 'whether jobs were made was not looked at: the profile does not name the feature "list"'
  }
  const before = new Set(await newest(target))
  await act()
  const after = await newest(target)
  // Newest first: what is above the first that was there before is new; below it, older ones may have moved up.
  const first = after.findIndex((id) => before.has(id))
  const made = first === -1 ? after.length : first
  expect(made === expected, `${what}: ${made} jobs were made, not ${expected}`)
  return undefined
}

async function newest(target: Target): Promise<string[]> {
  const answer = await target.ask(target.profile.paths.list)
  expect(answer.status === 200, `GET ${answer.url.pathname} answered ${answer.status}`)
  const items = target.get(answer.json(), 'items')
  expect(Array.isArray(items), `the list has no ${target.profile.pointers.items}`)
  return (items as Document[]).map((item) => String(target.get(item, 'id')))
}
