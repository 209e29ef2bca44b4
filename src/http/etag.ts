/** Entity tags of jobs and results, and the requests that are made on their condition (RFC 9110 §8.8.3, §13). */
import { createHash } from 'node:crypto'
import type { Request } from 'express'
import { z } from 'zod'
import manifest from '../../package.json' with { type: 'json' }
import type { Job } from '../job/job.ts'
import type { Coding } from './content-coding.ts'
import { jobSchema } from './representation.ts'

/** Strong: equal tags mean equal bytes. Made without the body, so that a 304 costs no more than finding the row. */
export interface Tags {
  of(job: Job, coding: Coding): string
  /**
   * The condition that If-Match states (§13.1.1) and, where something is to be changed, If-None-Match (§13.1.2); undefined
   * where there is none. To a GET or HEAD the latter is a question of its own: isUnchanged.
   */
  expectation(req: Request): ((job: Job) => boolean) | undefined
}

/** The bytes depend on the revision of the row and on what we make of it: the form of the document, and where links lead. */
export function tagsFor(publicUrl: string | undefined): Tags {
  const form = createHash('sha256')
    .update(
      JSON.stringify([manifest.version, publicUrl, z.toJSONSchema(jobSchema, { unrepresentable: 'any' })]),
    )
    .digest('base64url')
    .slice(0, 6)
  const tag = (job: Job, coding: Coding) =>
    `"${job.revision}-${form}${coding === 'identity' ? '' : `-${coding}`}"`
  return {
    of: tag,
    expectation(req) {
      const field = req.get('If-Match')
      const changes = req.method !== 'GET' && req.method !== 'HEAD'
      const unwanted = changes && req.get('If-None-Match') !== undefined
      if (field === undefined && !unwanted) return undefined
      const listed = field === undefined ? '*' : entityTags(field)
      return (job) => {
        // Whatever coding it was read in, it was this revision.
        const tags = [tag(job, 'identity'), tag(job, 'gzip')]
        const matches = listed === '*' || tags.some((each) => listed.includes(each))
        return matches && !(unwanted && tags.some((each) => isUnchanged(req, each)))
      }
    },
  }
}

/** Whether the client has this already: If-None-Match, by weak comparison (§13.1.2). */
export function isUnchanged(req: Request, tag: string): boolean {
  const field = req.get('If-None-Match')
  if (field === undefined) return false
  const listed = entityTags(field)
  return listed === '*' || listed.some((each) => each.replace(/^W\//, '') === tag)
}

// Between the quotes anything but a quote and controls; commas too, so the list cannot be split at them (§8.8.3).
const ENTITY_TAG = /(?:W\/)?"[\x21\x23-\x7e\x80-\xff]*"/g

function entityTags(field: string): '*' | readonly string[] {
  return field.trim() === '*' ? '*' : (field.match(ENTITY_TAG) ?? [])
}
