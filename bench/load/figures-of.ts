/** What a list of latencies comes to. */
import { quantile } from '../report/figures.ts'
import type { LoadResult } from './load.ts'

export function figuresOf(latenciesMs: readonly number[], seconds: number): LoadResult {
  const sorted = Float64Array.from(latenciesMs).toSorted()
  return { count: sorted.length, seconds, p50Ms: quantile(sorted, 0.5), p99Ms: quantile(sorted, 0.99) }
}
