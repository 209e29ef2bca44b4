/** Statements that Postgres parses and plans once on each connection, and not again each time. */
import type { Kysely, QueryResult, RawBuilder } from 'kysely'
import type pg from 'pg'
import { DroppableClient } from './client.ts'
import { isReadOnly } from './outage.ts'

// By their text, which is ours and of a fixed number: nothing that a client sends is ever part of it.
const names = new Map<string, string>()

/**
 * Runs the statement under a name (of the protocol's extended query). After five times Postgres keeps one plan for whatever
 * its parameters are, so this is for statements that find their way whatever the tables hold: an insert, not a search, whose
 * plan would be that of the day on which the table was empty.
 */
export function executePrepared<Row, Tables>(
  db: Kysely<Tables>,
  statement: RawBuilder<Row>,
): Promise<QueryResult<Row>> {
  const compiled = statement.compile(db)
  if (!names.has(compiled.sql)) names.set(compiled.sql, `acceptd_${names.size + 1}`)
  return db.executeQuery(compiled)
}

/** Sends the texts known by a name under it. Here and not with the statement, because kysely has no place to put it. */
export class PreparingClient extends DroppableClient {
  override query = ((text: unknown, ...rest: readonly unknown[]) => {
    const send = super.query.bind(this) as (...args: readonly unknown[]) => unknown
    const name = typeof text === 'string' ? names.get(text) : undefined
    const sent = name === undefined ? send(text, ...rest) : send({ name, text, values: rest[0] })
    if (sent instanceof Promise) sent.catch(this.#dropIfReadOnly)
    return sent
  }) as pg.Client['query']

  // After a failover the old server goes on answering; who connects anew is led to the one that takes writes.
  readonly #dropIfReadOnly = (error: Error) => {
    if (isReadOnly(error)) this.drop(error)
  }
}
