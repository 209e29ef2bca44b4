/** What the handlers work with; put together by make-api.ts. */
import type { RequestHandler } from 'express'
import type { Deps } from '../commands/deps.ts'
import type { Catalogue } from '../job/catalogue.ts'
import type { SubmissionRules } from '../job/submission.ts'
import type { Watch } from '../store/watch.ts'
import type { CursorSeal } from './cursor.ts'
import type { Tags } from './etag.ts'
import type { Forecasts } from './forecasts.ts'
import type { Urls } from './urls.ts'
import type { Waits } from './waits.ts'

export interface HttpContext {
  readonly deps: Deps
  readonly catalogue: Catalogue
  readonly urls: Urls
  readonly tags: Tags
  readonly watch: Watch
  readonly waits: Waits
  readonly forecasts: Forecasts
  readonly cursors: CursorSeal
  readonly rulesFor: (principal: string) => SubmissionRules
  /** The first thing that every route of jobs and tasks passes through. */
  readonly authenticate: RequestHandler
  /** Aborted when a process that was asked to stop accepts no more jobs: load balancers have had their time to look elsewhere. */
  readonly refusing: AbortSignal
}
