/** What the load generator is told to do, and what it answers. */

export type Load = ClosedLoad | OpenLoad | TransactionLoad

/** So many connections, each of which sends its next request when it has its answer. */
export interface ClosedLoad {
  readonly kind: 'closed'
  readonly origin: string
  /** Sent in turn. */
  readonly requests: readonly LoadRequest[]
  /** Of every answer; anything else ends the run. */
  readonly status: number
  readonly connections: number
  readonly warmUpSeconds: number
  /** How long, or how many. */
  readonly seconds?: number
  readonly amount?: number
  /** Gives each request an Idempotency-Key of its own. */
  readonly keyed?: boolean
}

export interface LoadRequest {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

/** Submissions at these times, whether or not the earlier ones have been answered. */
export interface OpenLoad {
  readonly kind: 'open'
  readonly url: string
  readonly perSecond: number
  readonly count: number
  /** The input of the first is `{ n: from }`. */
  readonly from: number
}

/** Without a server: transactions over one connection. */
export interface TransactionLoad extends Transaction {
  readonly kind: 'transactions'
  readonly warmUpSeconds: number
  readonly seconds: number
}

export interface Transaction {
  readonly databaseUrl: string
  readonly inserts: readonly Insert[]
}

export interface Insert {
  readonly text: string
  readonly values: readonly string[]
  /** Which of the values is to be the id, new each time. */
  readonly id: number
}

export interface LoadResult {
  readonly count: number
  readonly seconds: number
  readonly p50Ms: number
  readonly p99Ms: number
  /** Of an open load: when each was sent, in milliseconds since 1970. */
  readonly sentAt?: readonly number[]
}

/** Between the two processes. The generator waits for an answer to `begin`. */
export type Notice = { readonly phase: 'begin' } | { readonly phase: 'end'; readonly result: LoadResult }
