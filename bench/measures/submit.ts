/** Durable submissions per second: `POST` answered with 202 once the job is stored for good. No worker is running. */
import { runLoad, submission } from '../load/run-load.ts'
import { need, type Asked, type Figure, type Measure, type Values } from './measure.ts'

export const ANSWERED: readonly Figure[] = [
  { name: 'per second', unit: '/s', better: 'more', main: true },
  { name: 'p50', unit: 'ms', better: 'less' },
  { name: 'p99', unit: 'ms', better: 'less' },
]

export const submit: Measure = {
  name: 'submit',
  title: 'Durable submissions',
  figures: ANSWERED,
  settings: ({ quick }) =>
    (quick ? [64] : [1, 16, 64, 256]).map((value) => ({
      name: value === 1 ? '1 connection' : `${value} connections`,
      value,
    })),
  sample: (asked) => sampleSubmissions(asked, {}),
}

export const submitKeyed: Measure = {
  name: 'submit-keyed',
  title: 'Durable submissions, each with a new Idempotency-Key',
  figures: ANSWERED,
  settings: () => [{ name: '64 connections', value: 64 }],
  sample: (asked) => sampleSubmissions(asked, { keyed: true }),
}

export async function sampleSubmissions(
  { stand, setting, options, meter }: Asked,
  { keyed = false },
): Promise<Values> {
  const api = await need(stand.serve, 'API')()
  const { count, seconds, p50Ms, p99Ms } = await runLoad(
    {
      kind: 'closed',
      origin: api.url,
      requests: [submission(api)],
      status: 202,
      connections: setting.value,
      warmUpSeconds: options.warmUpSeconds,
      seconds: options.seconds,
      keyed,
    },
    meter,
  )
  return { 'per second': count / seconds, p50: p50Ms, p99: p99Ms }
}
