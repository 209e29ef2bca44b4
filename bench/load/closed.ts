/** Autocannon, with latencies kept as they were: its own histogram knows whole milliseconds only. */
import autocannon from 'autocannon'
import { figuresOf } from './figures-of.ts'
import type { ClosedLoad, LoadResult } from './load.ts'

const FOR_EVER = 3600

export async function closedLoad(load: ClosedLoad, begin: () => Promise<void>): Promise<LoadResult> {
  if (load.warmUpSeconds > 0) await fire(load, { duration: load.warmUpSeconds })
  await begin()
  return fire(load, load.amount === undefined ? { duration: load.seconds ?? 1 } : { amount: load.amount })
}

async function fire(load: ClosedLoad, length: { duration?: number; amount?: number }): Promise<LoadResult> {
  const latencies: number[] = []
  let wrong: number | undefined
  let end = performance.now()
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const began = performance.now()
  const firing = autocannon(
    {
      url: load.origin,
      connections: load.connections,
      requests: load.requests.map(({ method, path, headers, body }) => ({
        method,
        path,
        headers: { ...headers },
        ...(body === undefined ? {} : { body }),
        ...(load.keyed ? { setupRequest: withKey } : {}),
      })),
      sampleInt: 50,
      timeout: 30,
      duration: FOR_EVER,
      ...length,
    },
    (error: unknown, result) => {
      if (error) reject(error)
      else if (wrong !== undefined) reject(new Error(`${load.origin} answered ${wrong}, not ${load.status}`))
      else if (result.errors > 0) reject(new Error(`${load.origin}: ${result.errors} requests failed`))
      else resolve()
    },
  )
  firing.on('response', (_client, status, _bytes, milliseconds) => {
    end = performance.now()
    latencies.push(milliseconds)
    if (status !== load.status) wrong = status
  })
  await promise
  return figuresOf(latencies, (end - began) / 1000)
}

function withKey(request: autocannon.Request): autocannon.Request {
  return { ...request, headers: { ...request.headers, 'Idempotency-Key': crypto.randomUUID() } }
}
