/** How a callee lets its work be canceled, as far as its answers tell. */
import { isObject } from '../job/json.ts'
import type { OutboundResponse } from '../outbound/caller.ts'
import type { Document } from './document.ts'
import { headerOf } from './headers.ts'
import { resolved } from '../polling/monitor.ts'
import { linkTo } from '../polling/poll-answer.ts'

// A type, not an interface: it is kept as JSON.
export type CancelOffer = {
  readonly method: 'POST' | 'DELETE'
  readonly url: string
}

/** Undefined where the answer offers nothing. */
export function cancelOffer(
  response: OutboundResponse,
  { json }: Document,
  monitor: string,
): CancelOffer | undefined {
  const { headers, url: base } = response
  const named = (isObject(json) ? linkIn(json) : undefined) ?? linkHeader(headerOf(headers, 'link') ?? '')
  const url = resolved(named, base)
  if (url !== undefined) return { method: 'POST', url }
  // OData (Protocol §11.6) and FHIR (async pattern): whoever is no longer interested deletes the monitor.
  const isOData = headerOf(headers, 'odata-version') !== undefined
  const isFhir = /^application\/fhir\+json\b/i.test(headerOf(headers, 'content-type') ?? '')
  return isOData || isFhir ? { method: 'DELETE', url: monitor } : undefined
}

function linkIn(json: Record<string, unknown>): string | undefined {
  const member = (name: string) => {
    const value = json[name]
    return isObject(value) ? value['cancel'] : undefined
  }
  const places = [member('links'), json['cancelUrl'], json['cancel_url'], member('_links'), member('urls')]
  return places.map(linkTo).find((link) => link !== undefined)
}

/** The target of rel="cancel" (RFC 8288). */
function linkHeader(value: string): string | undefined {
  for (const [, target, parameters = ''] of value.slice(0, 4000).matchAll(/<([^<>]*)>([^<]*)/g)) {
    const rel = /;\s*rel\s*=\s*(?:"([^"]*)"|([^\s;,]+))/i.exec(parameters)
    const relations = (rel?.[1] ?? rel?.[2] ?? '').toLowerCase().split(/\s+/)
    if (relations.includes('cancel')) return target
  }
  return undefined
}
