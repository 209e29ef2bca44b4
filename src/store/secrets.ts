/** Secrets that all processes of a database share; made with its tables. */
import type { Db } from './database.ts'

export async function readSecret(db: Db, name: 'cursor' | 'callbacks'): Promise<Buffer> {
  const { value } = await db
    .selectFrom('secrets')
    .select('value')
    .where('name', '=', name)
    .executeTakeFirstOrThrow()
  return value
}
