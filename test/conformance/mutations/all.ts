/** All the ways in which a server can be wrong here. */
import type { Mutation } from '../broken.ts'
import { CONDITIONS, POLLING, RESULTS } from './document.ts'
import { ENDINGS, ERRORS } from './ending.ts'
import { DESCRIPTION, EVENTS, HEALTH, LISTS } from './service.ts'
import { IDEMPOTENCY, PREFERENCES, SUBMISSION, VALIDATION } from './submission.ts'
import { ATTEMPTS, CALLS, MESSAGES } from './webhooks.ts'

export const MUTATIONS: readonly Mutation[] = [
  SUBMISSION,
  VALIDATION,
  IDEMPOTENCY,
  POLLING,
  CONDITIONS,
  RESULTS,
  ERRORS,
  ENDINGS,
  PREFERENCES,
  LISTS,
  EVENTS,
  HEALTH,
  DESCRIPTION,
  MESSAGES,
  ATTEMPTS,
  CALLS,
].flat()
