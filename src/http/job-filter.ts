/** The filters that a query may have, wherever it names more than one job. */
import { z } from 'zod'
import { originOf } from '../job/origin.ts'
import type { Status } from '../job/status.ts'
import type { JobFilter } from '../store/job-filter.ts'

export const instant = z.iso.datetime({
  offset: true,
  error: 'Must be a time with its zone, such as 2026-12-31T09:00:00Z; write a + as %2B',
})

/** All but the status, of which some only make sense in some places. */
export const FILTERS = {
  task: z.string().optional(),
  tag: z.string().optional(),
  code: z
    .string()
    .meta({ description: 'The `code` of its error, such as `timed-out`; only failed jobs have one' })
    .optional(),
  origin: z
    .string()
    .refine(isOrigin, 'Must be the start of an http or https URL, without a path: https://example.org')
    .meta({ description: 'Scheme, host and port of the URL that it calls', example: 'https://example.org' })
    .optional(),
  createdAfter: instant.meta({ description: 'Submitted at this time or later' }).optional(),
  createdBefore: instant.meta({ description: 'Submitted before this time' }).optional(),
} as const

type Given = z.output<z.ZodObject<typeof FILTERS>> & {
  readonly status?: Status | undefined
  readonly endedBefore?: string | undefined
}

export function jobFilter({ status, task, tag, code, origin, ...times }: Given): JobFilter {
  const { createdAfter, createdBefore, endedBefore } = times
  return {
    ...(status === undefined ? {} : { status }),
    ...(task === undefined ? {} : { task }),
    ...(tag === undefined ? {} : { tag }),
    ...(code === undefined ? {} : { code }),
    // As it is stored: HTTPS://Example.org:443 is https://example.org.
    ...(origin === undefined ? {} : { origin: originOf(origin) ?? origin }),
    ...(createdAfter === undefined ? {} : { createdAfter: new Date(createdAfter) }),
    ...(createdBefore === undefined ? {} : { createdBefore: new Date(createdBefore) }),
    ...(endedBefore === undefined ? {} : { endedBefore: new Date(endedBefore) }),
  }
}

/** With a path, whoever wrote it would mean fewer jobs than those of the origin. */
function isOrigin(text: string): boolean {
  // The URL parser forgives blanks, missing slashes, an empty query and an @ before the host.
  if (!/^https?:\/\/[^\s/?#@\\]+\/?$/i.test(text)) return false
  return URL.canParse(text)
}
