/**
 * Follows a job that takes its time: start the API as ../report/README.md says, then
 *
 *   node examples/typescript-client/report.ts 2026-10
 *
 * Ctrl-C cancels the job. ACCEPTD_URL is where the API is, if that is elsewhere.
 */
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { client, type ResultFile } from 'acceptd/client'

interface Tasks {
  'monthly-report': { input: { month: string; seconds?: number }; output: ResultFile }
}

const acceptd = client<Tasks>({ url: process.env['ACCEPTD_URL'] ?? 'http://localhost:3000' })
const [month = '2026-10', seconds = '60'] = process.argv.slice(2)
const input = { month, seconds: Number(seconds) }

// The key says what the job is about: to start this again, by mistake or after a crash, is to follow the same job.
const idempotencyKey = `report of ${month} in ${seconds} s`
const job = await acceptd.submit('monthly-report', input, { idempotencyKey })
process.once('SIGINT', () => void acceptd.cancel(job))

let last = ''
for await (const { progress = 0, progressNote = '', status } of acceptd.events(job)) {
  console.log(`${String(progress).padStart(3)} %  ${status}  ${progressNote}`)
  last = status
}

if (last === 'completed') {
  const { fileName = 'report.csv', blob } = await acceptd.result(job)
  // The name comes from somebody else: a folder in it is not wanted.
  await writeFile(path.basename(fileName), new Uint8Array(await blob.arrayBuffer()))
  console.log(`${blob.size} bytes in ${path.basename(fileName)}`)
} else {
  process.exitCode = 1
}
