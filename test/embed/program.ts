/** A program that acceptd is part of, for tests of what that does to its process. Says what it sees, a line each. */
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import express from 'express'
import { createAcceptd, defineTask, z, type JobDocument, type SubmittedJob } from 'acceptd'

const EVENTS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'uncaughtException', 'unhandledRejection'] as const

const say = (what: object) => void process.stdout.write(`${JSON.stringify(what)}\n`)
const handlers = () => EVENTS.filter((event) => process.listenerCount(event) > 0)
const before = handlers()

const add = defineTask({
  summary: 'Add one',
  input: z.object({ to: z.number() }),
  output: z.number(),
  run: ({ to }) => to + 1,
})
const stray = defineTask({
  summary: 'Let an error escape',
  input: z.null(),
  output: z.null(),
  retry: { limit: 0 },
  async run(_, { signal }) {
    setTimeout(() => {
      throw new Error('escaped')
    })
    await sleep(60_000, undefined, { signal })
    return null
  },
})

const [dataDir] = process.argv.slice(2)
const acceptd = await createAcceptd({ tasks: { add, stray }, dataDir })
say({ added: handlers().filter((event) => !before.includes(event)) })
process.on('uncaughtException', (error) => say({ blamed: acceptd.blame(error) }))

const server = express().use('/async', acceptd.router).listen(0, '127.0.0.1')
await new Promise((resolve) => {
  server.once('listening', resolve)
})
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

await end(await acceptd.submit('add', { to: 1 }))
await end(await acceptd.submit('stray', null))
// Held open, as by a client that watches.
const { job } = await acceptd.submit('add', { to: 1 }, { runAt: new Date(Date.now() + 3_600_000) })
const events = await fetch(url + job.links.events)
server.close()
await acceptd.close()
say({ lastEvent: (await events.text()).includes(job.id) })

async function end({ job: { links } }: SubmittedJob): Promise<void> {
  const response = await fetch(url + links.self, { headers: { Prefer: 'wait=30' } })
  const { status, result, error } = (await response.json()) as JobDocument
  say({ status, result, error: error?.code })
}
