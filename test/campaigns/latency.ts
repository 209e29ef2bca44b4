/** How soon two servers answer, asked by turns: on a busy machine only what was measured at the same time compares. */
import { Worker } from 'node:worker_threads'
import { median, quantile } from './figures.ts'

export const KINDS = ['reads', 'submissions'] as const
export type Kind = (typeof KINDS)[number]
export const SERVERS = ['measured', 'control'] as const
export type Server = (typeof SERVERS)[number]

export interface Probe {
  /** Where they are. */
  readonly servers: Readonly<Record<Server, string>>
  /** How many of each kind, to each of the two. */
  readonly counts: Readonly<Record<Kind, number>>
  readonly atOnce: number
}

/** In ms. */
export type Latencies = Readonly<Record<Kind, Readonly<Record<Server, readonly number[]>>>>

/** In a thread of its own: what else this process does must not count. */
export async function probeLatency(probe: Probe): Promise<Latencies> {
  const worker = new Worker(new URL('latency-worker.ts', import.meta.url), { workerData: probe })
  try {
    return await new Promise<Latencies>((resolve, reject) => {
      worker.once('message', resolve)
      worker.once('error', reject)
    })
  } finally {
    await worker.terminate()
  }
}

/** Of several probes the median, as one may have met with something else. @param share as of quantile */
export function latencyOf(probed: readonly Latencies[], kind: Kind, server: Server, share: number): number {
  return median(probed.map((latencies) => quantile(latencies[kind][server], share)))
}

/** How many times longer the measured one takes. */
export function ratioOf(probed: readonly Latencies[], kind: Kind, share: number): number {
  return median(
    probed.map(({ [kind]: { measured, control } }) => quantile(measured, share) / quantile(control, share)),
  )
}
