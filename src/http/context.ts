/** What the handlers work with; put together by make-api.ts. */
import type { RequestHandler } from 'express'
import type { Desk } from '../commands/submit-sent.ts'
import type { Watch } from '../store/watch.ts'
import type { CursorSeal } from './cursor.ts'
import type { Tags } from './etag.ts'
import type { Forecasts } from './forecasts.ts'
import type { Waits } from './waits.ts'

export interface HttpContext extends Desk {
  readonly tags: Tags
  readonly watch: Watch
  readonly waits: Waits
  readonly forecasts: Forecasts
  readonly cursors: CursorSeal
  /** The first thing that every route of jobs and tasks passes through. */
  readonly authenticate: RequestHandler
}
