/** The API: what its handlers work with, the app they make up, and how it drains. */
import { setMaxListeners } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Express } from 'express'
import type { PgBoss } from 'pg-boss'
import type { Logger } from 'pino'
import { acceptor } from './commands/acceptor.ts'
import type { Desk } from './commands/submit-sent.ts'
import { EVERYBODY } from './call-settings.ts'
import type { Config } from './config.ts'
import { createApp } from './http/app.ts'
import { cursorSeal } from './http/cursor.ts'
import { tagsFor } from './http/etag.ts'
import { forecastsFrom } from './http/forecasts.ts'
import type { Place } from './http/place.ts'
import { authentication, recognition, type NameOf } from './http/principal.ts'
import { waitsOf } from './http/waits.ts'
import type { Catalogue } from './job/catalogue.ts'
import type { SubmissionRules } from './job/submission.ts'
import type { Sealer } from './job/sealing.ts'
import type { Db } from './store/database.ts'
import { jobReader } from './store/jobs.ts'
import { ofRequests } from './store/patience.ts'
import { readSecret } from './store/secrets.ts'
import type { Signals } from './store/signals.ts'
import type { Watch } from './store/watch.ts'

export interface ApiParts {
  readonly place: Place
  readonly db: Db
  readonly boss: PgBoss
  readonly signals: Signals
  readonly watch: Watch
  /** In place of API keys. */
  readonly nameOf?: NameOf | undefined
  readonly catalogue: Catalogue
  readonly log: Logger
  readonly sealer: Sealer | undefined
  /** @throws Error that says in a sentence why the URL may not be called */
  readonly checkUrl: CheckUrl
}

export interface Api {
  readonly app: Express
  readonly desk: Desk
  readonly place: Place
  /** How many jobs are waited for. */
  readonly watched: () => number
  /** From now on it is not ready, and whoever waits is answered; resolves when load balancers have had time to see, and nothing new is accepted. */
  readonly drain: () => Promise<void>
  /** All that comes from now on is turned away, for a server that is not ours to close. */
  readonly turnAway: () => void
}

export async function makeApi(
  config: Config,
  { place, db, boss, signals, watch, nameOf, catalogue, log, sealer, checkUrl }: ApiParts,
): Promise<Api> {
  const { publicUrl, retentionSeconds, maxWaiting, maxAccepting, drainSeconds, apiKeys, answerMs } = config
  const draining = new AbortController()
  const refusing = new AbortController()
  const gone = new AbortController()
  // Every stream and every waiting request listens to it.
  setMaxListeners(0, draining.signal)
  const onError = (error: unknown) => log.debug({ err: error }, 'could not look')
  const context = {
    deps: {
      db,
      boss,
      signals,
      retentionSeconds,
      acceptor: acceptor(db, signals, {
        maxWaiting: maxAccepting,
        maxWaitingMs: ofRequests(answerMs).connectMs,
      }),
      jobs: jobReader(db),
      sealer,
    },
    rulesFor: rulesBy(config, checkUrl, sealer !== undefined),
    catalogue,
    tags: tagsFor(publicUrl),
    watch,
    waits: waitsOf({ watch, draining: draining.signal, max: maxWaiting }),
    forecasts: forecastsFrom(db, catalogue, onError),
    cursors: cursorSeal(await readSecret(db, 'cursor')),
    authenticate: nameOf ? recognition(nameOf) : authentication(apiKeys),
    refusing: refusing.signal,
  }
  const app = createApp({
    context,
    place,
    log,
    answerMs,
    draining: draining.signal,
    gone: gone.signal,
    ...(publicUrl === undefined ? {} : { publicUrl }),
  })
  return {
    app,
    desk: context,
    place,
    watched: () => watch.size,
    async drain() {
      draining.abort()
      await sleep(drainSeconds * 1000)
      // Not before: until load balancers have seen it, new work goes on coming, and whoever sends it has done nothing wrong.
      refusing.abort()
    },
    turnAway: () => gone.abort(),
  }
}

type CheckUrl = (text: string, options?: { readonly secure?: boolean }) => void

function rulesBy({ callbackUrls }: Config, checkUrl: CheckUrl, canSeal: boolean) {
  const urlFlaw = flawBy(checkUrl)
  return (principal: string): SubmissionRules => {
    const callbackUrl = callbackUrls.get(principal) ?? callbackUrls.get(EVERYBODY)
    return { urlFlaw, canSeal, callbackUrl }
  }
}

function flawBy(checkUrl: CheckUrl): SubmissionRules['urlFlaw'] {
  return (text, options) => {
    try {
      checkUrl(text, options)
      return undefined
    } catch (error) {
      return (error as Error).message
    }
  }
}
