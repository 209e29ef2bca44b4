/** An acceptd with nothing but the tasks it ships: what `npm start` gives. */
import type { z } from 'zod'
import type { profileSchema } from './profile.ts'

const AN_HOUR_MS = 3_600_000
const inAnHour = encodeURIComponent(new Date(Date.now() + AN_HOUR_MS).toISOString())
const wordCount = { path: '/tasks/word-count', body: { text: 'to be or not to be {{unique}}' } }

export const acceptdProfile: z.input<typeof profileSchema> = {
  fixtures: {
    ok: wordCount,
    idle: { ...wordCount, path: `/tasks/word-count?runAt=${inAnHour}` },
    short: { path: '/jobs', body: { task: 'word-count', input: { text: 'to be' }, tags: ['{{megabyte}}'] } },
    invalid: { path: '/tasks/word-count', body: { text: 7, txt: 'x' } },
    told: {
      path: '/jobs',
      body: { task: 'word-count', input: { text: '{{unique}}' }, callbackUrl: '{{receiver}}' },
    },
    toldToo: { ...wordCount, path: '/tasks/word-count?callbackUrl={{receiver}}' },
    call: { path: '/tasks/http', body: { url: '{{receiver}}' } },
    callToo: { path: '/jobs', body: { task: 'http', input: { url: '{{receiver}}' } } },
  },
  // Unless it was set otherwise. That it may call loopback is not so, so the feature "webhook" is not named.
  strict: {},
}
