/** Says on stdout when this process ran the first and the last of so many jobs. The same for every contestant's worker. */

let expected = Number(process.env['BENCH_JOBS'] ?? 0)
let ran = 0

/** For a worker that was started before anybody knew how many there would be. */
export function expectJobs(count: number): void {
  expected = count
}

export function countJob(): void {
  ran += 1
  if (ran === 1) say('first')
  if (ran === expected) say('last')
}

function say(which: string): void {
  process.stdout.write(`bench: ${which} job at ${now()}\n`)
}

/** Milliseconds since 1970, finer than Date. */
export function now(): number {
  return performance.timeOrigin + performance.now()
}
