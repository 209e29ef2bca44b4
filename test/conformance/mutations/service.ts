/** Servers that do one thing wrong about lists, events, health and their own description: LST, SSE, HLT and DOC. */
import { edit, type Mutation } from '../broken.ts'
import { drop, polled, set, without } from './changes.ts'

export const LISTS: readonly Mutation[] = [
  {
    name: 'has lists without Link',
    rows: ['LST-02'],
    reply: (reply, { path }) => {
      if (path.startsWith('/jobs?')) delete reply.headers['link']
    },
  },
  {
    name: 'takes any cursor',
    rows: ['LST-04'],
    request: (asked) => {
      asked.path = asked.path.replace(/([?&])cursor=[^&]*&?/, '$1')
    },
  },
  {
    name: 'lists everything, whatever is asked for',
    rows: ['LST-04'],
    request: (asked) => {
      asked.path = asked.path.replace(/([?&])status=[^&]*&?/, '$1')
    },
  },
  {
    name: 'lists failures of all kinds, whatever is asked for',
    rows: ['LST-05'],
    request: (asked) => {
      asked.path = asked.path.replace(/([?&])code=[^&]*&?/, '$1')
    },
  },
]

export const EVENTS: readonly Mutation[] = [
  {
    name: 'streams as plain text',
    rows: ['SSE-01'],
    reply: ({ headers }) => {
      if (headers['content-type']?.[0]?.startsWith('text/event-stream'))
        headers['content-type'] = ['text/plain; charset=utf-8']
    },
  },
  {
    name: 'has events without ids',
    rows: ['SSE-02', 'SSE-04'],
    event: (text) => text.replace(/^id:.*\n/m, ''),
  },
  { name: 'keeps a stream open after the end', rows: ['SSE-04'], keepsOpen: true },
  {
    name: 'lets a stream be stored',
    rows: ['SSE-01'],
    reply: (reply) => {
      if (reply.headers['content-type']?.[0]?.startsWith('text/event-stream'))
        reply.headers['cache-control'] = ['max-age=60']
    },
  },
  {
    name: 'lets EventSource reconnect for ever',
    rows: ['SSE-04'],
    request: without('last-event-id'),
  },
  {
    name: 'sends events that are cut off',
    rows: ['SSE-01'],
    event: (text) => text.replace(/^(data:.*).$/m, '$1'),
  },
]

export const HEALTH: readonly Mutation[] = [
  {
    name: 'has a health that is any JSON',
    rows: ['HLT-03'],
    reply: (reply, { path }) => {
      if (path === '/readyz') reply.headers['content-type'] = ['application/json']
    },
  },
  {
    name: 'passes and says that it fails',
    rows: ['HLT-03'],
    reply: (reply, { path }) => {
      if (path === '/readyz')
        edit(reply, (health) => {
          health['status'] = 'fail'
        })
    },
  },
]

/** Noticed only where the database can be taken away. */
export const HEALTH_IN_NEED: readonly Mutation[] = [
  {
    name: 'lets health be kept',
    rows: ['HLT-01'],
    reply: (reply, { path }) => {
      if (path === '/livez') reply.headers['cache-control'] = ['max-age=60']
    },
  },
  {
    name: 'asks for credentials before it says that it is alive',
    rows: ['HLT-01'],
    reply: (reply, { path, headers }) => {
      if (path === '/livez' && headers.authorization === undefined) reply.status = 401
    },
  },
]

export const DESCRIPTION: readonly Mutation[] = [
  {
    name: 'sends a header that it does not document',
    rows: ['DOC-01'],
    reply: polled(set('idempotent-replayed', 'true')),
  },
  {
    name: 'does not lead to its description',
    rows: ['DOC-03'],
    reply: ({ headers }) => {
      const links = (headers['link'] ?? []).flatMap((line) => line.split(/,\s*(?=<)/))
      const others = links.filter((link) => !link.includes('service-desc'))
      if (others.length > 0) headers['link'] = others
      else delete headers['link']
    },
  },
  { name: 'does not say that a task is deprecated', rows: ['DOC-04'], reply: drop('deprecation') },
]
