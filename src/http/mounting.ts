/** The app as another Express app mounts it: nothing is listened on, and nothing of the other's settings gets in. */
import { setTimeout as sleep } from 'node:timers/promises'
import express, { type Express, type Response } from 'express'
import type { Place } from './place.ts'

export interface Mountable {
  readonly router: Express
  /** Resolves when all that has come is answered; what never ends is not waited for. */
  readonly answered: () => Promise<void>
}

// As long as a server of our own waits for requests that do not arrive in full.
const ENOUGH_MS = 10_000

export function mountable(app: Express, place: Place): Mountable {
  // Around the app, which is never mounted itself: it would inherit the other app's settings, and whatever that has added
  // to its requests and answers.
  const shell = express()
  shell.disable('x-powered-by')
  place.mountedAt(() => mountPathOf(shell))
  const open = new Set<Response>()
  let whenNone: (() => void) | undefined
  shell.use((req, res) => {
    open.add(res)
    res.once('close', () => {
      open.delete(res)
      if (open.size === 0) whenNone?.()
    })
    app(req, res)
  })
  return {
    router: shell,
    async answered() {
      const { promise: none, resolve } = Promise.withResolvers<void>()
      whenNone = resolve
      if (open.size > 0) await Promise.race([none, sleep(ENOUGH_MS, undefined, { ref: false })])
    },
  }
}

interface Mounted {
  readonly parent?: Mounted
  readonly mountpath: unknown
}

/** Undefined where it is mounted nowhere yet, in a router, or at more than one path. */
function mountPathOf(app: unknown): string | undefined {
  const { parent, mountpath } = app as Mounted
  if (!parent) return undefined
  const isPlain = typeof mountpath === 'string' && /^[^:*{}()]*$/.test(mountpath)
  return isPlain ? (mountPathOf(parent) ?? '') + mountpath.replace(/\/+$/, '') : undefined
}
