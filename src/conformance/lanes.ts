/** Doing the same thing many times, some of them at once. */

/** Calls `act` with 0 to `count` - 1; the answers in that order. */
export async function inLanes<T>(
  count: number,
  lanes: number,
  act: (index: number) => Promise<T>,
): Promise<T[]> {
  const answers: T[] = []
  let next = 0
  const lane = async () => {
    for (let index = next++; index < count; index = next++) answers[index] = await act(index)
  }
  await Promise.all(Array.from({ length: lanes }, lane))
  return answers
}
