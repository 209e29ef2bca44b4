/** Where everything is: below the public URL where there is one, else below the path that the app is mounted at. */
import type { Request, Response } from 'express'
import { urlsBelow, type Urls } from './urls.ts'

export interface Place {
  /** Notes where the links of an answer lead; to be called before it is made. */
  note(req: Request, res: Response): void
  /** For what is said where nobody asks, as in a webhook. */
  usual(): Urls
  /** Looked up at each use: what the app is mounted in may be mounted itself, later. */
  mountedAt(path: () => string | undefined): void
}

const noted = new WeakMap<Response, Urls>()

/** For links in this answer. */
export function urlsOf(res: Response): Urls {
  const urls = noted.get(res)
  if (!urls) throw new Error('Nobody has noted where the app is')
  return urls
}

export function placeAt(publicUrl: string | undefined): Place {
  const fixed = publicUrl === undefined ? undefined : urlsBelow(publicUrl)
  // Nearly always the same, request after request.
  let latest = urlsBelow(undefined)
  let firstSeen: string | undefined
  let mountPath = (): string | undefined => undefined

  function below(path: string): Urls {
    // Two slashes would be the name of a host (RFC 3986 §4.2): a client must not choose where our links lead.
    const base = path.replace(/^\/{2,}/, '/')
    if (latest.base !== base) latest = urlsBelow(base)
    return latest
  }

  return {
    note(req, res) {
      if (!fixed) firstSeen ??= req.baseUrl
      noted.set(res, fixed ?? below(req.baseUrl))
    },
    // A router does not say where it is mounted: then the first request that came has told.
    usual: () => fixed ?? below(mountPath() ?? firstSeen ?? ''),
    mountedAt(path) {
      mountPath = path
    },
  }
}
