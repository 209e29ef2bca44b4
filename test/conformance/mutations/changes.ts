/** What a mutation is made of: which answers it is about, and what it does to them. */
import { edit, type Asked, type Reply } from '../broken.ts'
import type { Document } from '../../../src/conformance/target.ts'

export type Change = (reply: Reply, asked: Asked) => void

/** Of the answer that accepts a submission. */
export function accepted(change: Change): Change {
  return (reply, asked) => {
    if (asked.method === 'POST' && reply.status === 202 && !asked.path.endsWith('/cancel'))
      change(reply, asked)
  }
}

/** Of the answer to a poll, 304 and the like included. */
export function polled(change: Change): Change {
  return (reply, asked) => {
    if (['GET', 'HEAD'].includes(asked.method) && /^\/jobs\/[^/?]+$/.test(asked.path)) change(reply, asked)
  }
}

/** Of every job document that a poll is answered with. */
export function document(change: (document: Document, reply: Reply) => void): Change {
  return polled((reply) => {
    if (reply.status === 200) edit(reply, (found) => change(found, reply))
  })
}

export function refused(change: (problem: Document, reply: Reply) => void): Change {
  return (reply) => {
    if (reply.status >= 400) edit(reply, (problem) => change(problem, reply))
  }
}

export function onStatus(status: number, change: Change): Change {
  return (reply, asked) => {
    if (reply.status === status) change(reply, asked)
  }
}

export function set(name: string, value: string): Change {
  return ({ headers }) => {
    headers[name] = [value]
  }
}

export function drop(name: string): Change {
  return ({ headers }) => {
    delete headers[name]
  }
}

export function without(name: string): (asked: Asked) => void {
  return ({ headers }) => {
    delete headers[name]
  }
}
