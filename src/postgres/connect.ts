/** Connections of the launcher itself, as opposed to those of the program it serves. */
import { Client } from 'pg'
import { USER } from './login.ts'

/** How the connections of joined processes are told from those of the programs they serve. */
export const PRESENCE = 'acceptd presence'

export async function connect(port: number, password: string): Promise<Client> {
  const client = new Client({
    host: '127.0.0.1',
    port,
    user: USER,
    password,
    database: 'postgres',
    application_name: PRESENCE,
    ssl: false, // whatever PGSSLMODE says: the bundled server has none
    keepAlive: true,
    connectionTimeoutMillis: 10_000,
  })
  // Without a listener a lost connection would end the whole process; queries still reject.
  client.on('error', () => undefined)
  await client.connect()
  return client
}
