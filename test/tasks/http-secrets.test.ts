/** What is sent as a secret is nowhere else: not in the database, not in an answer of the API, not in the log. */
import pg from 'pg'
import { expect, it } from 'vitest'
import type { JobDocument } from '../../src/http/representation.ts'
import { useCallee } from '../support/callee.ts'
import { json, workIn } from '../support/callee-scenes.ts'
import { testDatabase } from '../support/database.ts'
import { serve } from '../support/processes.ts'
import { until } from '../support/until.ts'

const callee = useCallee()

const CANARIES = { header: 'canary-yellow-0123', member: 'canary "blue" / 4567', nested: 'canary-red-ÄÖÜ-89' }
const SECRETS = {
  headers: { Authorization: { secret: `Bearer ${CANARIES.header}` }, 'X-Plain': 'seen' },
  body: { json: { password: { secret: CANARIES.member }, list: [{ deep: { secret: CANARIES.nested } }] } },
}
// However it is written: as it is, in JSON, in a URL, in base64.
const FORMS = Object.values(CANARIES).flatMap((text) => [
  text,
  JSON.stringify(text).slice(1, -1),
  encodeURIComponent(text),
  Buffer.from(text).toString('base64').replaceAll('=', ''),
])

const expectNone = (where: string, text: string) => {
  for (const form of FORMS) if (text.includes(form)) expect.fail(`${where} has ${form}`)
}

it('stays between the client and the callee', async () => {
  const { url: databaseUrl, drop } = await testDatabase()
  const acceptd = await serve({
    DATABASE_URL: databaseUrl,
    ACCEPTD_CALL_PRIVATE: 'yes',
    ACCEPTD_SECRET_KEYS: 'a-key-for-the-tests-of-secrets',
    LOG_LEVEL: 'trace',
  })
  const answers: string[] = []
  const ask = async (path: string, body?: object) => {
    const response = await fetch(acceptd.url + path, {
      ...(body ? { method: 'POST', body: JSON.stringify(body) } : {}),
      headers: { 'Content-Type': 'application/json' },
    })
    const text = await response.text()
    answers.push(`${JSON.stringify([...response.headers])} ${text}`)
    return { location: response.headers.get('location') ?? '', text }
  }

  // A callee that says everything it was told, in every place there is.
  callee.on('/parrot', ({ headers, body, url }, res) => {
    const said = { headers, body: body.toString(), parsed: JSON.parse(body.toString()) as unknown }
    const status = Number(new URL(url, 'http://callee').searchParams.get('status'))
    json(res, status, said, {
      'x-request-id': CANARIES.header,
      location: `/?${encodeURIComponent(CANARIES.member)}`,
    })
  })
  const work = workIn('azure', '/secret/monitor', '/secret/result', '')
  let looks = 0
  callee.on('/secret/start', (_, res) => work.accept(res))
  callee.on('/secret/monitor', ({ headers }, res) =>
    looks++ < 1 ? json(res, 200, { status: 'InProgress', said: headers }) : work.done(res),
  )
  callee.on('/secret/result', ({ headers }, res) => json(res, 200, { said: headers }))

  const origin = await callee.origin()
  const paths = ['/parrot?status=200', '/parrot?status=400', '/parrot?status=503', '/secret/start']
  const retry = { limit: 1, delaySeconds: 0 }
  for (const path of paths) {
    const success = path.includes('200') ? { json: [{ path: '$.body', exists: true }] } : {}
    const { location } = await ask('/tasks/http', { url: origin + path, ...SECRETS, retry, success })
    await until(`${path} to end`, async () => {
      const job = JSON.parse((await ask(location)).text) as JobDocument
      return job.done
    })
    await ask(`${location}/attempts`)
    await ask(`${location}/result`)
    await ask(`${location}/events`)
  }
  // One whose assertion quotes what came, one that waits, and some that are refused.
  const unmet = { json: [{ path: '$.parsed.password', equals: 'another' }] }
  const { location } = await ask('/tasks/http', {
    url: `${origin}/parrot?status=200`,
    ...SECRETS,
    success: unmet,
  })
  await until('it to fail', async () => (JSON.parse((await ask(location)).text) as JobDocument).done)
  await ask(`${location}/attempts`)
  await ask('/tasks/http?runAt=2999-01-01T00:00:00Z', { url: origin, ...SECRETS })
  await ask('/tasks/http', { url: 'nowhere', ...SECRETS })
  await ask('/tasks/http', { url: origin, ...SECRETS, retry: 'never' })
  const { location: later } = await ask(
    `/tasks/http?runAt=${new Date(Date.now() + 3_600_000).toISOString()}`,
    {
      url: origin,
      ...SECRETS,
    },
  )
  await ask(later)
  await ask('/jobs')

  expect(callee.to('/parrot')[0]?.headers['authorization']).toBe(`Bearer ${CANARIES.header}`)
  expect(JSON.parse(String(callee.to('/parrot')[0]?.body))).toEqual({
    password: CANARIES.member,
    list: [{ deep: CANARIES.nested }],
  })
  for (const answer of answers) expectNone('An answer', answer)
  const rows = await everyRow(databaseUrl)
  expect(rows.length).toBeGreaterThan(10)
  for (const row of rows) expectNone('The database', row)
  acceptd.process.kill('SIGTERM')
  await acceptd.exited
  expect(acceptd.output()).toContain('attempt')
  expectNone('The log', acceptd.output())
  await drop()
})

/** Of all tables, ours and pg-boss's, as text. */
async function everyRow(url: string): Promise<readonly string[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  const { rows: tables } = await client.query<{ name: string }>(
    `select format('%I.%I', table_schema, table_name) as name from information_schema.tables
     where table_schema in ('acceptd', 'acceptd_queue') and table_type = 'BASE TABLE'`,
  )
  const found: string[] = []
  for (const { name } of tables) {
    const { rows } = await client.query<{ row: string }>(`select whole::text as row from ${name} whole`)
    // A row's text doubles the quotes and backslashes that are in it.
    found.push(...rows.map(({ row }) => `${name}: ${row.replaceAll('""', '"').replaceAll('\\\\', '\\')}`))
  }
  await client.end()
  return found
}
