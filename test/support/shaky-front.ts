/** What stands before a service for the time of a test, and makes trouble: for its requests one after another, then for none. */
import { onTestFinished } from 'vitest'
import { startTrouble, type Seen, type Trouble, type Turn } from './trouble.ts'

export interface ShakyFront extends Trouble {
  /** The requests so far. */
  readonly requests: readonly Seen[]
}

export async function shakyFront(target: string, turns: readonly Turn[] = []): Promise<ShakyFront> {
  const requests: Seen[] = []
  const trouble = await startTrouble(
    () => target,
    (request) => turns[requests.push(request) - 1] ?? 'pass',
  )
  onTestFinished(() => trouble.close())
  return { ...trouble, requests }
}
