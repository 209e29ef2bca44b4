/** A transaction that somebody else has begun, on a connection of theirs: statements of ours run in it. */
import {
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type CompiledQuery,
  type DatabaseConnection,
  type QueryResult,
} from 'kysely'
import pg from 'pg'
import { SCHEMA, type Tables, type Trx } from './database.ts'

/** Of any version of kysely, and of whatever tables. */
export interface LentTransaction {
  readonly isTransaction: boolean
  // What a compiled query is differs from version to version; of ours all need the text and the parameters only.
  withoutPlugins(): { executeQuery(query: never): Promise<{ readonly rows: unknown[] }> }
}

/** Of any version of pg: a Client, or one of a Pool, after `begin`. */
export interface LentClient {
  query(query: ClientQuery | string): Promise<{ readonly rows: unknown[] }>
}

interface ClientQuery {
  readonly text: string
  readonly values: unknown[]
  readonly types: typeof pg.types
}

export type Lent = LentTransaction | LentClient

type Run = (query: CompiledQuery) => Promise<{ readonly rows: unknown[] }>

/** @throws TypeError where it is no open transaction: each statement would then be one by itself */
export async function within(lent: Lent): Promise<Trx> {
  const run = isKysely(lent) ? ofTransaction(lent) : await ofClient(lent)
  const dialect = {
    createAdapter: () => new PostgresAdapter(),
    createQueryCompiler: () => new PostgresQueryCompiler(),
    createIntrospector: (db: Kysely<unknown>) => new PostgresIntrospector(db),
    createDriver: () => driverOf(run),
  }
  return new Kysely<Tables>({ dialect }).withSchema(SCHEMA) as Trx
}

function isKysely(lent: Lent): lent is LentTransaction {
  return 'isTransaction' in lent && 'withoutPlugins' in lent
}

function ofTransaction(lent: LentTransaction): Run {
  if (!lent.isTransaction) {
    throw new TypeError(
      'db is a Kysely and not a transaction, so the job could not depend on it: give the transaction itself, or leave db out',
    )
  }
  // Such as one that writes the names of columns otherwise.
  const plain = lent.withoutPlugins()
  return (query) => plain.executeQuery(query as never)
}

async function ofClient(lent: LentClient): Promise<Run> {
  if (typeof lent.query !== 'function') {
    throw new TypeError(
      'db must be a transaction of kysely, or a client of pg in which a transaction has begun',
    )
  }
  if ('totalCount' in lent && 'idleCount' in lent) {
    throw new TypeError(
      'db is a Pool, which takes another connection for each statement: give the client that has begun the transaction, or leave db out',
    )
  }
  try {
    // In one message, so that nothing of theirs can come between. It changes nothing, and fails outside of a transaction.
    await lent.query('savepoint acceptd; release savepoint acceptd')
  } catch (error) {
    if ((error as { readonly code?: unknown }).code !== NO_TRANSACTION) throw error
    const detail =
      'db is a client on which no transaction has begun, so the job could not depend on one: say begin first, or leave db out'
    throw new TypeError(detail, { cause: error })
  }
  // With pg's own notion of types: theirs may read times, say, as something else than a Date.
  return ({ sql, parameters }) => lent.query({ text: sql, values: [...parameters], types: pg.types })
}

const NO_TRANSACTION = '25P01'

function driverOf(run: Run) {
  const connection: DatabaseConnection = {
    async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
      const { rows } = await run(query)
      return { rows: rows.map((row) => revived(row as Row)) as R[] }
    },
    streamQuery: refuse,
  }
  const nothing = async () => undefined
  return {
    init: nothing,
    acquireConnection: async () => connection,
    releaseConnection: nothing,
    destroy: nothing,
    // Theirs to say.
    beginTransaction: refuse,
    commitTransaction: refuse,
    rollbackTransaction: refuse,
  }
}

function refuse(): never {
  throw new Error('This is not to be done in a transaction of somebody else')
}

type Row = Readonly<Record<string, unknown>>

/** Whoever lends the connection may have times as texts on it, or as objects of a kind of their own. */
function revived(row: Row): Row {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [name, /(?:^|_)at$/.test(name) ? timeOf(value) : value]),
  )
}

function timeOf(value: unknown): unknown {
  return value === null || value instanceof Date ? value : new Date(value as string)
}
