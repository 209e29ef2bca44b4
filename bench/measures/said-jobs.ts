/** Hears a worker say when it ran the first and the last of its jobs. */
import type { Worker } from '../contestants/started.ts'

export interface SaidJobs {
  readonly first: Promise<number>
  readonly last: Promise<number>
}

/** Both from the start: a short backlog may be gone before anybody asks for the second. */
export function saidJobs({ process }: Worker, seconds: number): SaidJobs {
  const first = Promise.withResolvers<number>()
  const last = Promise.withResolvers<number>()
  let printed = ''
  process.stdout?.on('data', (bytes: Buffer) => {
    printed += bytes.toString()
    for (const [, which, at] of printed.matchAll(/^bench: (\w+) job at (\S+)\n/gm))
      (which === 'first' ? first : last).resolve(Number(at))
    printed = printed.slice(printed.lastIndexOf('\n') + 1)
  })
  const fail = (reason: string) => {
    for (const { promise, reject } of [first, last]) {
      promise.catch(() => undefined) // where nobody waits for it any more
      reject(new Error(reason))
    }
  }
  process.once('exit', () => fail('the worker ended'))
  const timer = setTimeout(() => fail(`the worker was not done in ${seconds} s`), seconds * 1000)
  void last.promise.then(
    () => clearTimeout(timer),
    () => clearTimeout(timer),
  )
  return { first: first.promise, last: last.promise }
}
