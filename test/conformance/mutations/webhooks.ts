/** Servers that do one thing wrong about those they call: WHK and SEC. */
import { edit, type Mutation } from '../broken.ts'
import type { Between, Delivered, Said } from '../../../src/conformance/receiver.ts'
import type { Document } from '../../../src/conformance/target.ts'
import { onStatus } from './changes.ts'

type Headers = Record<string, string>

/** The headers are otherwise. */
function sending(change: (headers: Headers, delivered: Delivered) => void): Between {
  return {
    delivered(delivered) {
      const headers = { ...delivered.headers }
      change(headers, delivered)
      return [{ ...delivered, headers }]
    },
  }
}

/** The body is otherwise. */
function writing(change: (message: Document) => void): Between {
  return {
    delivered(delivered) {
      const message = JSON.parse(delivered.body.toString()) as Document
      change(message)
      return [{ ...delivered, body: Buffer.from(JSON.stringify(message)) }]
    },
  }
}

function hearing(change: (said: Said) => Said): Between {
  return { said: (said) => said && change(said) }
}

const signed = (headers: Headers) => (headers['webhook-signature'] ?? '').split(' ')

export const MESSAGES: readonly Mutation[] = [
  {
    name: 'calls events by phrases',
    rows: ['WHK-01'],
    between: writing((message) => {
      message['type'] = 'Job completed!'
    }),
  },
  {
    name: 'tells of the time in seconds',
    rows: ['WHK-01'],
    between: writing((message) => {
      message['timestamp'] = 1_614_265_330
    }),
  },
  {
    name: 'does not say of which job it tells',
    rows: ['WHK-01'],
    between: writing((message) => {
      delete (message['data'] as Document)['id']
    }),
  },
  {
    name: 'sends much with each message',
    rows: ['WHK-01'],
    between: writing((message) => {
      message['padding'] = 'x'.repeat(20_000)
    }),
  },
  {
    name: 'sends each message twice',
    rows: ['WHK-01'],
    between: { delivered: (delivered) => [delivered, delivered] },
  },
  {
    name: 'sends messages without ids',
    rows: ['WHK-02', 'WHK-03'],
    between: sending((headers) => {
      delete headers['webhook-id']
    }),
  },
  {
    name: 'counts the time of messages in milliseconds',
    rows: ['WHK-02', 'WHK-03'],
    between: sending((headers) => {
      headers['webhook-timestamp'] += '000'
    }),
  },
  {
    name: 'has signatures with commas between',
    rows: ['WHK-02', 'WHK-03', 'WHK-09'],
    between: sending((headers) => {
      headers['webhook-signature'] = signed(headers).join(',')
    }),
  },
  {
    name: 'signs what it does not send',
    rows: ['WHK-03', 'WHK-09'],
    between: {
      delivered: (delivered) => [{ ...delivered, body: Buffer.concat([delivered.body, Buffer.from('\n')]) }],
    },
  },
  {
    name: 'signs with the newest secret only',
    rows: ['WHK-09'],
    between: sending((headers) => {
      headers['webhook-signature'] = signed(headers)[0] ?? ''
    }),
  },
  {
    name: 'gives CloudEvents ids of their own',
    rows: ['WHK-10'],
    between: sending((headers) => {
      headers['ce-id'] = 'another'
    }),
  },
  {
    name: 'says what the data of a CloudEvent is of twice',
    rows: ['WHK-10'],
    between: sending((headers) => {
      headers['ce-datacontenttype'] = 'application/json'
    }),
  },
  {
    name: 'does not encode what CloudEvents say',
    rows: ['WHK-10'],
    between: sending((headers) => {
      headers['ce-source'] = '/jobs of "all"'
    }),
  },
]

export const ATTEMPTS: readonly Mutation[] = [
  { name: 'gives up at the first failure', rows: ['WHK-04'], between: hearing(() => ({ status: 204 })) },
  {
    name: 'takes a 200 for a refusal',
    rows: ['WHK-04'],
    between: hearing((said) => (said.status === 200 ? { status: 500 } : said)),
  },
  {
    name: 'gives each attempt an id of its own',
    rows: ['WHK-04'],
    between: sending((headers, { at }) => {
      headers['webhook-id'] += String(at)
    }),
  },
  { name: 'signs a message once', rows: ['WHK-04'], between: signingOnce() },
  regular(),
  {
    name: 'always tries again after five minutes',
    rows: ['WHK-04'],
    reply: eachDelivery((delivery) => {
      if (typeof delivery['nextAttemptAt'] === 'string')
        delivery['nextAttemptAt'] = new Date(Date.now() + 300_000).toISOString()
    }),
  },
  {
    name: 'follows redirects of receivers',
    rows: ['WHK-05'],
    between: {
      async said(said) {
        const location = said?.headers?.['location']
        if (location !== undefined) await fetch(location, { method: 'POST', body: '{}' })
        return said
      },
    },
  },
  {
    name: 'takes a redirect for a success',
    rows: ['WHK-05'],
    between: hearing((said) => (said.status < 400 ? { status: 204 } : said)),
  },
  {
    name: 'goes on after a 410',
    rows: ['WHK-06'],
    between: hearing((said) => (said.status === 410 ? { status: 500 } : said)),
  },
  {
    name: 'has receivers wait for no longer than it likes',
    rows: ['WHK-07'],
    between: hearing(({ status }) => ({ status })),
  },
  {
    name: 'takes silence for consent',
    rows: ['WHK-08'],
    between: { said: (said) => said ?? { status: 204 } },
  },
]

/** The later attempts of a message have the headers of the first. */
function signingOnce(): Between {
  const first = new Map<string, Delivered['headers']>()
  return {
    delivered(delivered, path) {
      const headers = first.get(path) ?? delivered.headers
      first.set(path, headers)
      return [{ ...delivered, headers }]
    },
  }
}

/** As if nothing were left to chance: those that failed together come back together. */
function regular(): Mutation {
  const lastAt = new Map<string, number>()
  return {
    name: 'leaves nothing to chance',
    rows: ['WHK-04'],
    between: {
      delivered(delivered, path) {
        lastAt.set(path, delivered.at)
        return [delivered]
      },
    },
    reply: eachDelivery((delivery) => {
      const at = lastAt.get(new URL(String(delivery['url'])).pathname) ?? 0
      if (delivery['nextAttemptAt'] === undefined) return
      const gap = delivery['attempt'] === 1 ? 5000 : 300_000
      delivery['nextAttemptAt'] = new Date(at + gap).toISOString()
    }),
  }
}

export const CALLS: readonly Mutation[] = [
  {
    name: 'accepts any URL',
    rows: ['SEC-03'],
    reply: onStatus(422, (reply) => {
      reply.status = 202
    }),
  },
  telling('in the list of deliveries', (path) => path.endsWith('/deliveries')),
  telling('with each attempt', (path) => path.endsWith('/attempts')),
  telling('in the result of what delivers', (path) => path.endsWith('/result')),
]

/** Shows what the receiver said last. */
function telling(where: string, isThere: (path: string) => boolean): Mutation {
  const bodies: string[] = []
  return {
    name: `shows what receivers say ${where}`,
    rows: ['SEC-06'],
    between: {
      said(said) {
        bodies.push(said?.body ?? '')
        return said
      },
    },
    reply: (reply, { path }) => {
      if (isThere(path))
        edit(reply, (found) => {
          found['answers'] = bodies.join(' ')
        })
    },
  }
}

function eachDelivery(change: (delivery: Document) => void): NonNullable<Mutation['reply']> {
  return (reply, { path }) => {
    if (path.endsWith('/deliveries'))
      edit(reply, ({ items }) => {
        for (const delivery of (items ?? []) as Document[]) change(delivery)
      })
  }
}
