/** The thread of latency.ts: reads one job of each server and submits others, and tells how long each request took. */
import { parentPort, workerData } from 'node:worker_threads'
import { exchange, type Answer } from '../../src/conformance/exchange.ts'
import { SERVERS, type Kind, type Latencies, type Probe, type Server } from './latency.ts'

// Not counted: connections are opened, and this thread's own code is slow at first.
const WARM_UP = { reads: 200, submissions: 50 }

const { servers, counts, atOnce } = workerData as Probe
// None starts: it is the API that is measured.
const hourAhead = new Date(Date.now() + 3_600_000).toISOString()

const jobs = { measured: await jobAt(servers.measured), control: await jobAt(servers.control) }
const requests: Record<Kind, (server: Server) => Promise<Answer>> = {
  reads: (server) => exchange(jobs[server]),
  submissions: (server) => submit(servers[server]),
}

await timesOf('reads', WARM_UP.reads)
await timesOf('submissions', WARM_UP.submissions)
const latencies: Latencies = {
  reads: await timesOf('reads', counts.reads),
  submissions: await timesOf('submissions', counts.submissions),
}
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- that is for windows
parentPort?.postMessage(latencies)

async function jobAt(base: string): Promise<URL> {
  return new URL((await submit(base)).headers['location'] ?? '', base)
}

function submit(base: string): Promise<Answer> {
  const url = new URL(`/tasks/word-count?runAt=${hourAhead}`, base)
  return exchange(url, { method: 'POST', body: { text: 'to be or not to be' } })
}

async function timesOf(kind: Kind, count: number): Promise<Latencies[Kind]> {
  const taken: Record<Server, number[]> = { measured: [], control: [] }
  let begun = 0
  const lane = async () => {
    while (begun++ < count) {
      for (const server of SERVERS) {
        const { ms, status, text } = await requests[kind](server)
        if (status >= 300) throw new Error(`answered ${status}: ${text}`)
        taken[server].push(ms)
      }
    }
  }
  await Promise.all(Array.from({ length: atOnce }, lane))
  return taken
}
