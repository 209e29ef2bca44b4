/** Callbacks: whom to tell of the end of a job. */
import { z } from 'zod'
import { originOf } from './origin.ts'

export const CALLBACK_TASK = 'webhook'
export const CALLBACK_LANE = 'webhooks'

export const EVENTS = ['job.completed', 'job.failed', 'job.canceled'] as const
export type CallbackEvent = (typeof EVENTS)[number]

export interface Callback {
  readonly url: string
  readonly origin: string
  readonly events: readonly CallbackEvent[]
  /** With the result and not only where to find it. */
  readonly full: boolean
  /** With the headers of a CloudEvent in binary mode. */
  readonly cloudEvents: boolean
}

const MAX_URL = 8000

/** As part of a submission's options. */
export const callbackOptions = {
  callbackUrl: z
    .url({ protocol: /^https?$/, error: 'Must be an http or https URL' })
    .max(MAX_URL)
    .meta({
      description:
        'Where to tell of the end of the job, by a signed POST (Standard Webhooks); https, but for private hosts that may be called',
    })
    .optional(),
  callbackEvents: z
    .array(z.enum(EVENTS))
    .max(EVENTS.length)
    .meta({ description: 'Of which ends to tell; of all unless given' })
    .optional(),
  callbackPayload: z
    .enum(['thin', 'full'])
    .meta({ description: '`full`: with the result. `thin` unless given: with where to find it' })
    .optional(),
  callbackCloudEvents: z
    .boolean()
    .meta({ description: 'True: with the `ce-*` headers of CloudEvents in binary mode as well' })
    .optional(),
}

type Options = { readonly [K in keyof typeof callbackOptions]?: z.output<(typeof callbackOptions)[K]> }

/** @param usualUrl where the submission does not say; of the task, or what the operator has set */
export function callbackFrom(options: Options, usualUrl: string | undefined): Callback | undefined {
  const { callbackUrl: url = usualUrl, callbackEvents: events = EVENTS } = options
  const origin = url === undefined ? undefined : originOf(url)
  if (url === undefined || origin === undefined || events.length === 0) return undefined
  const { callbackPayload, callbackCloudEvents: cloudEvents = false } = options
  return { url, origin, events: [...new Set(events)], full: callbackPayload === 'full', cloudEvents }
}

/** A schedule of attempts, as seconds after the one before: 0, 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h, 24 h. */
export const CALLBACK_WAITS = [5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400] as const
