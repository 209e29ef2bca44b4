/** The Link header field (RFC 8288 §3), with every parameter kept, also those that come twice. */
import type { Answer } from './exchange.ts'
import { expect } from './expect.ts'

export interface LinkValue {
  /** Resolved against the request. */
  readonly target: URL
  /** Names in lower case. */
  readonly params: readonly (readonly [name: string, value: string])[]
  /** The relation types of all its `rel`. */
  readonly rels: readonly string[]
}

const TARGET = /[\s,]*<([^>]*)>/y
const PARAM = /\s*;\s*([!#$%&'*+.^_`|~\w-]+)(?:\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s";,]+)))?/y

/** @throws Error where the field is not a list of link-values */
export function linksOf(answer: Answer): LinkValue[] {
  const field = answer.headers['link'] ?? ''
  const where = `${answer.method} ${answer.url.pathname} (${answer.status})`
  const links: LinkValue[] = []
  for (let at = 0; at < field.length;) {
    const target = matchAt(TARGET, field, at)
    expect(target?.[1] !== undefined, `${where}: Link cannot be read from "${field.slice(at)}"`)
    at += target[0].length
    const params: [string, string][] = []
    for (let param = matchAt(PARAM, field, at); param; param = matchAt(PARAM, field, at)) {
      params.push([param[1]?.toLowerCase() ?? '', param[2]?.replaceAll(/\\(.)/g, '$1') ?? param[3] ?? ''])
      at += param[0].length
    }
    expect(/^\s*(,|$)/.test(field.slice(at)), `${where}: Link cannot be read from "${field.slice(at)}"`)
    const rels = params.filter(([name]) => name === 'rel').flatMap(([, value]) => value.split(/\s+/))
    links.push({ target: new URL(target[1], answer.url), params, rels })
  }
  return links
}

export function linkTo(answer: Answer, rel: string): URL | undefined {
  return linksOf(answer).find(({ rels }) => rels.includes(rel))?.target
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at
  return pattern.exec(text)
}
