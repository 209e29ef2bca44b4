/** SEC: what a receiver says is for nobody but the server. */
import { randomUUID } from 'node:crypto'
import { attempted, deliveringJob, whileTelling } from '../deliveries.ts'
import { expect } from '../expect.ts'
import type { Said } from '../receiver.ts'
import type { Row } from '../row.ts'
import { isTerminal, type Target } from '../target.ts'

export const silence: Row = {
  id: 'SEC-06',
  title: 'Nothing of what a receiver answers is shown to API clients but its status',
  level: 'S',
  source: 'OWASP API7',
  needs: { feature: 'webhook', fixtures: ['told'] },
  async check(target) {
    const shown = await Promise.all([200, 302, 400, 500].map((status) => expectSilence(target, status)))
    return `${shown.flat().length} documents looked at`
  },
}

/** Answers how many documents there were. */
function expectSilence(target: Target, status: number): Promise<readonly string[]> {
  const secret = `secret${randomUUID().replaceAll('-', '')}`
  return whileTelling(
    target,
    () => sayingSecretly(status, secret),
    async ({ receiver, job }) => {
      const delivery = await attempted(target, job)
      const delivering = deliveringJob(target, delivery, job)
      // So that its stream of events has an end.
      if (!isTerminal(target.statusOf(delivery))) await target.cancel(delivering)
      expect(receiver.received.length > 0, 'the receiver was not called')
      const shown = [...(await whatIsShown(target, job)), ...(await whatIsShown(target, delivering))]
      for (const [where, text] of shown)
        expect(!text.includes(secret), `${where} shows what a receiver said with a ${status}`)
      return shown.map(([where]) => where)
    },
  )
}

function sayingSecretly(status: number, secret: string): Said {
  const body = JSON.stringify({ error: secret })
  const headers = {
    'content-type': 'application/json',
    'x-secret': secret,
    'set-cookie': `session=${secret}`,
    'www-authenticate': `Basic realm="${secret}"`,
    ...(status === 302 ? { location: `http://127.0.0.1:9/${secret}` } : {}),
  }
  return { status, headers, body }
}

/** A job's document, and all that it leads to. */
async function whatIsShown(target: Target, job: URL): Promise<(readonly [where: string, text: string])[]> {
  const document = await target.read(job)
  const names = ['self', 'resultLink', 'eventsLink', 'attemptsLink', 'deliveriesLink'] as const
  const there = names.filter((name) => typeof target.get(document, name) === 'string')
  return Promise.all(
    there.map(async (name) => {
      const url = target.link(document, name, job)
      const { text, rawHeaders } = await target.ask(url)
      return [`GET ${url.pathname}`, `${text}${rawHeaders.join(' ')}`] as const
    }),
  )
}
