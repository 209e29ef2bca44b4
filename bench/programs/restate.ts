/**
 * A Restate service. Restate runs what it is sent at once and has no worker to start later, so the `noop` jobs wait here
 * until they are let go: meanwhile nothing runs, as with everybody else. What the stamps said is remembered and told when
 * asked for.
 */
import { once } from 'node:events'
import http2 from 'node:http2'
import type { AddressInfo } from 'node:net'
import { createEndpointHandler, service, type Context } from '@restatedev/restate-sdk'
import { expectJobs } from '../jobs/first-and-last.ts'
import { noop, stamp, type JobInput } from '../jobs/peer-tasks.ts'

const stamps: { id: string; n: number; startedAt: number }[] = []
const released = Promise.withResolvers<void>()

const jobs = service({
  name: 'jobs',
  handlers: {
    noop: async (_context: Context, _input: JobInput) => {
      await released.promise
      return noop()
    },
    stamp: async (context: Context, input: JobInput) => {
      const stamped = stamp(input)
      stamps.push({ id: context.request().id, ...stamped })
      return stamped
    },
  },
})

process.on('message', (message: { release: number } | 'stamps') => {
  if (message === 'stamps') process.send?.({ stamps })
  else {
    expectJobs(message.release)
    released.resolve()
  }
})

const server = http2.createServer(createEndpointHandler({ services: [jobs] }))
server.listen(0, '127.0.0.1')
await once(server, 'listening')
process.send?.({ port: (server.address() as AddressInfo).port })
