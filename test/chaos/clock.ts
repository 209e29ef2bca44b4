/** The one clock of a run: milliseconds since the machine started, the same in every process and never set. */
export function now(): number {
  return Number(process.hrtime.bigint()) / 1e6
}
