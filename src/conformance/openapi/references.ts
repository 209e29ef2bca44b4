/** References within an OpenAPI document. */
import type { Document } from '../target.ts'

/** Whether there is something at the reference, which must be to within the document. */
export function refers(api: Document, reference: unknown): boolean {
  if (reference === '#') return true
  if (typeof reference !== 'string' || !reference.startsWith('#/')) return false
  const steps = reference.slice(2).split('/')
  const found = steps.reduce<unknown>((from, step) => {
    const key = decodeURIComponent(step).replaceAll('~1', '/').replaceAll('~0', '~')
    return typeof from === 'object' && from !== null ? (from as Document)[key] : undefined
  }, api)
  return found !== undefined
}
