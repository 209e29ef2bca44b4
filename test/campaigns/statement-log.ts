/** Every statement that a Postgres is sent, with the user who sent it, as its log tells. */
import fs from 'node:fs/promises'
import type pg from 'pg'

// So that nothing else in the log is taken for one.
const MARK = 'statement of '
const LOGGED = new RegExp(String.raw`^${MARK}(\S+): LOG: +(?:statement|execute [^:]+): (.*)$`)

/** Costs the database some time: what is of interest here is their number. */
export async function logStatements(client: pg.Client): Promise<void> {
  await client.query(`alter system set log_line_prefix = '${MARK}%u: '`)
  await client.query("alter system set log_statement = 'all'")
  await client.query('select pg_reload_conf()')
}

/** @param from where in the file to begin: its size at that time */
export async function readStatements(log: string, from: number): Promise<Map<string, string[]>> {
  const added = (await fs.readFile(log)).subarray(from).toString()
  const byUser = new Map<string, string[]>()
  // Of a statement with several lines all but the first begin with a tab.
  for (const entry of added.replaceAll('\n\t', ' ').split('\n')) {
    const [, user = '', text = ''] = LOGGED.exec(entry) ?? []
    byUser.set(user, [...(byUser.get(user) ?? []), text.replaceAll(/\s+/g, ' ').trim()])
  }
  return byUser
}
