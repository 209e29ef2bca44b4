/** Submissions at a steady rate, each timed from when it was really sent. */
import { Agent, request } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { now } from '../jobs/first-and-last.ts'
import { figuresOf } from './figures-of.ts'
import type { LoadResult, OpenLoad } from './load.ts'

export async function openLoad(load: OpenLoad, begin: () => Promise<void>): Promise<LoadResult> {
  const agent = new Agent({ keepAlive: true, maxSockets: 256 })
  await begin()
  const began = performance.now()
  const sentAt: number[] = []
  const answers: Promise<number>[] = []
  while (sentAt.length < load.count) {
    const due = Math.min(load.count, 1 + Math.floor(((performance.now() - began) * load.perSecond) / 1000))
    while (sentAt.length < due) {
      const n = load.from + sentAt.length
      sentAt.push(now())
      answers.push(submit(agent, load.url, n))
    }
    await sleep(1)
  }
  const latencies = await Promise.all(answers)
  agent.destroy()
  return { ...figuresOf(latencies, (performance.now() - began) / 1000), sentAt }
}

/** How long the answer took, in milliseconds. */
function submit(agent: Agent, url: string, n: number): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>()
  const sent = performance.now()
  const submission = request(
    url,
    { agent, method: 'POST', headers: { 'Content-Type': 'application/json' } },
    (answer) => {
      answer.resume()
      answer.once('end', () => resolve(performance.now() - sent))
      if (answer.statusCode !== 202) reject(new Error(`${url} answered ${answer.statusCode}`))
    },
  )
  submission.once('error', reject)
  submission.end(JSON.stringify({ n }))
  return promise
}
