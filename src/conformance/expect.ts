/** How a check fails, or finds that it cannot be made. */

/** Thrown by a check that finds it cannot be made here. */
export class Skipped extends Error {
  override readonly name = 'Skipped'
}

export function skip(reason: string): never {
  throw new Skipped(reason)
}

/** The one way a check fails. */
export function expect(holds: unknown, sentence: string): asserts holds {
  if (!holds) throw new Error(sentence)
}

export function expectEqual(actual: unknown, expected: unknown, what: string): void {
  const [is, should] = [JSON.stringify(actual), JSON.stringify(expected)]
  expect(is === should, `${what} is ${is ?? 'absent'}, not ${should}`)
}
