/** A process that joins the embedded Postgres of a folder, says how that went, and leaves when its input ends. */
import { joinEmbeddedPostgres } from '../../src/postgres/embedded.ts'
import { machineOf } from './playground.ts'

const [folder = ''] = process.argv.slice(2)

try {
  const { url, dataDir, started, leave } = await joinEmbeddedPostgres(folder, machineOf(folder))
  process.stdout.write(`${JSON.stringify({ url, dataDir, started })}\n`)
  process.stdin.resume().once('end', () => void leave().then(() => process.exit()))
} catch (error) {
  process.stdout.write(`${JSON.stringify({ error: String(error) })}\n`)
}
