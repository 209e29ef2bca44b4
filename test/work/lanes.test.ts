import { randomUUID } from 'node:crypto'
import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { pino } from 'pino'
import { describe, expect, it } from 'vitest'
import { configFrom } from '../../src/config.ts'
import type { JobDocument } from '../../src/http/representation.ts'
import { known } from '../../src/job/catalogue.ts'
import { defineTask, z } from '../../src/acceptd.ts'
import { startAcceptd } from '../../src/main.ts'
import { useHouse } from '../support/house.ts'
import { until } from '../support/until.ts'

const house = useHouse({ ACCEPTD_CONCURRENCY: '2', ACCEPTD_LANES: 'unserved=0' })

const submit = async (task: string, input: object) => (await house.api.submit(task, input)).location
const soon = () => path.join(os.tmpdir(), `acceptd-${randomUUID()}`)
const statusOf = async (location: string) => (await house.api.job(location)).status

async function occupied<T>(work: () => Promise<T>): Promise<T> {
  const slow = await Promise.all([submit('slow', { seconds: 60 }), submit('slow', { seconds: 60 })])
  await Promise.all(slow.map((location) => house.reaches(location, 'running')))
  try {
    return await work()
  } finally {
    await Promise.all(slow.map((location) => house.api.post(`${location}/cancel`).expect(202)))
    await Promise.all(slow.map((location) => house.reaches(location, 'canceled')))
  }
}

describe('a lane', () => {
  it('that is full holds up its own jobs, and nobody in another', async () => {
    await occupied(async () => {
      const behind = await submit('ok', {})
      await house.reaches(await submit('aside', { value: 'past them' }), 'completed')
      expect(await statusOf(behind)).toBe('pending')
    })
  })

  it('goes on with the others when a task in it is at its limit', async () => {
    const files = [soon(), soon()]
    const [first, second] = (await Promise.all(files.map((file) => submit('single-file', { file })))) as [
      string,
      string,
    ]
    // Whichever was stored first.
    await until('one of them to run', async () => {
      const statuses = [await statusOf(first), await statusOf(second)]
      return statuses.includes('running')
    })
    // Both slots are there for it, were it not for its own limit; the second is for the others.
    await house.reaches(await submit('ok', {}), 'completed')
    expect([await statusOf(first), await statusOf(second)].toSorted()).toEqual(['pending', 'running'])
    await Promise.all(files.map((file) => fs.writeFile(file, '')))
    await house.reaches(first, 'completed')
    await house.reaches(second, 'completed')
    await Promise.all(files.map((file) => fs.rm(file)))
  })

  it('can be left to other processes', async () => {
    const task = known('elsewhere', defineTask({ ...echo, lane: 'unserved' }))
    const start = (settings: Record<string, string>) =>
      startAcceptd(
        configFrom({ PORT: '0', DATABASE_URL: house.databaseUrl, ...settings }),
        new Map([[task.name, task]]),
        pino({ level: 'silent' }),
      )
    const here = await start({ ACCEPTD_LANES: 'unserved=0' })
    const answer = await fetch(`http://127.0.0.1:${here.port}/tasks/elsewhere`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: '{}',
    })
    const { id } = (await answer.json()) as JobDocument
    // Its worker has looked for work and passed this lane by.
    await house.reaches(await submit('ok', {}), 'completed')
    expect(await statusOf(`/jobs/${id}`)).toBe('pending')
    const there = await start({ ACCEPTD_ROLE: 'worker' })
    await house.reaches(`/jobs/${id}`, 'completed')
    await Promise.all([here.close(), there.close()])
  })

  it('is still served for the jobs it has, when their task has moved to another', async () => {
    const before = known('mover', defineTask({ ...echo, lane: 'old' }))
    const after = known('mover', defineTask({ ...echo, lane: 'new', concurrency: 1 }))
    const start = (task: typeof before, role: string) =>
      startAcceptd(
        configFrom({ PORT: '0', DATABASE_URL: house.databaseUrl, ACCEPTD_ROLE: role }),
        new Map([[task.name, task]]),
        pino({ level: 'silent' }),
      )
    const post = async (port: number | undefined) => {
      const answer = await fetch(`http://127.0.0.1:${port}/tasks/mover`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: '{}',
      })
      return ((await answer.json()) as JobDocument).links.self
    }
    const old = await start(before, 'api')
    const waiting = await post(old.port)
    await old.close()
    const next = await start(after, 'all')
    await house.reaches(await post(next.port), 'completed')
    await house.reaches(waiting, 'completed')
    await next.close()
  })
})

describe('a worker of the version before', () => {
  it('leaves jobs of a task that is new to the one that knows it, and no attempt is used up', async () => {
    const task = known('newer', defineTask(echo))
    const start = (ACCEPTD_ROLE: string) =>
      startAcceptd(
        configFrom({ PORT: '0', DATABASE_URL: house.databaseUrl, ACCEPTD_ROLE }),
        new Map([[task.name, task]]),
        pino({ level: 'silent' }),
      )
    const api = await start('api')
    const answer = await fetch(`http://127.0.0.1:${api.port}/tasks/newer`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: '{}',
    })
    const { links, maxAttempts } = (await answer.json()) as JobDocument
    await until('the old one to have handed it back', async () => {
      const job = await house.api.job(links.self)
      return job.status === 'pending' && job.attempt > 0
    })
    const worker = await start('worker')
    const done = await house.reaches(links.self, 'completed')
    expect(done.maxAttempts - done.attempt).toBe(maxAttempts - 1)
    const { body } = await house.api.get(`${links.self}/attempts`).expect(200)
    const reasons = (body as { items: { reason: string }[] }).items.map(({ reason }) => reason)
    expect(reasons.at(-1)).toBe('completed')
    expect(new Set(reasons.slice(0, -1))).toEqual(new Set(['handed-back']))
    await Promise.all([api.close(), worker.close()])
  })
})

const echo = {
  summary: 'Do nothing',
  input: z.object({}),
  output: z.object({}),
  run: () => ({}),
}
