/** What a call is asked for: the input's schema. */
import { z } from 'zod'
import { body } from './body-input.ts'
import { headers } from './headers-input.ts'
import { retry } from './retry-input.ts'
import { secretsIn } from './secrets.ts'
import { success } from './success-input.ts'

const MAX_URL = 8000
export const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const
// Each is looked for in all that comes back.
const MAX_SECRETS = 20

const url = z
  .string()
  .max(MAX_URL)
  .superRefine((text, ctx) => {
    const problem = urlProblem(text)
    if (problem) ctx.addIssue({ code: 'custom', message: problem, input: text })
  })
  .meta({ format: 'uri', description: 'What is called: an http or https URL' })

function urlProblem(text: string): string | undefined {
  const parsed = URL.parse(text)
  if (!parsed || !['http:', 'https:'].includes(parsed.protocol)) return 'Must be an http or https URL'
  // It would be shown wherever the URL is.
  if (parsed.username !== '' || parsed.password !== '')
    return 'Must not hold a user name or password; send an Authorization header instead'
  return undefined
}

export const input = z
  .object({
    url,
    method: z
      .enum(METHODS)
      .meta({ description: 'POST where there is a body, else GET, unless set' })
      .optional(),
    headers: headers.default({}),
    body: body.optional(),
    timeoutSeconds: z
      .number()
      .min(1)
      .max(300)
      .default(30)
      .meta({ description: 'How long one request may take, until its answer has been read' }),
    retry: retry.prefault({}),
    success: success.prefault({}),
    follow: z.int().min(0).max(5).default(0).meta({
      description:
        'How many redirects are followed. Authorization, Cookie and secret headers go to the same origin only',
    }),
    followAccepted: z.boolean().default(true).meta({
      description:
        'Whether a 202 with Operation-Location, Azure-AsyncOperation, Location or Content-Location is polled there until the work is done, for up to a day; the result is then that of the work',
    }),
  })
  .superRefine((given, ctx) => {
    if (given.body && (given.method === 'GET' || given.method === 'HEAD')) {
      const message = `A ${given.method} request has no body`
      ctx.addIssue({ code: 'custom', message, path: ['body'], input: given })
    }
    if (secretsIn(given).length > MAX_SECRETS) {
      ctx.addIssue({ code: 'custom', message: `Must hold at most ${MAX_SECRETS} secrets`, input: given })
    }
  })

export type CallInput = z.output<typeof input>

export function methodOf({ method, body: given }: CallInput): string {
  return method ?? (given ? 'POST' : 'GET')
}

/** All that nobody is to see, each as it was sent; also where it means nothing, for it is kept secret there too. */
export function secretsOfInput(given: CallInput): readonly string[] {
  return secretsIn(given)
}
