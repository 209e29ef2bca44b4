/** Limits of time, on a machine that has other things to do: it may be late once or twice, a slow server always is. */

/** What should have come by now has not. */
export class Late extends Error {
  override readonly name = 'Late'
}

export function expectInTime(ms: number, limitMs: number, what: string): void {
  if (ms > limitMs) throw new Late(`${what} took ${Math.round(ms)} ms, not ${limitMs} at most`)
}

const TRIES = 3

/** Does it again where it was late, and only then. */
export async function inTime<T>(act: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await act()
    } catch (error) {
      if (!(error instanceof Late) || tries === TRIES) throw error
    }
  }
}
