/** The receivers of examples/: each started as its first lines say, and sent what a receiver meets. */
import { spawn, spawnSync } from 'node:child_process'
import { randomBytes, randomUUID } from 'node:crypto'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { sign } from '../../src/outbound/signature.ts'
import { testDatabase } from '../support/database.ts'
import { freePorts } from '../support/free-ports.ts'
import { serve } from '../support/processes.ts'
import { readme } from '../support/readme.ts'
import { runProgram } from '../support/run-program.ts'
import { until } from '../support/until.ts'

const FOLDER = path.join(import.meta.dirname, '../../examples/receivers')
const fresh = () => `whsec_${randomBytes(32).toString('base64')}`
const OLD = fresh()
const NEW = fresh()
const now = () => Math.floor(Date.now() / 1000)

interface Sent {
  readonly secrets?: readonly string[]
  readonly id?: string
  readonly seconds?: number
  readonly body?: Buffer
  /** What arrives, where that is something else than what was signed. */
  readonly arriving?: { readonly id?: string; readonly seconds?: number; readonly body?: Buffer }
  readonly without?: string
}

const RECEIVERS = [
  { file: 'receiver.ts', program: process.execPath, words: [], version: '--version', takesBytes: true },
  {
    file: 'receiver-with-library.ts',
    program: process.execPath,
    words: [],
    version: '--version',
    takesBytes: false,
  },
  { file: 'receiver.py', program: 'python3', words: [], version: '--version', takesBytes: true },
  { file: 'receiver.go', program: 'go', words: ['run'], version: 'version', takesBytes: true },
]

describe('their README', () => {
  it('has all the lines that it takes to be told of a job', async () => {
    const { settings, typed } = readme('receivers')
    const database = await testDatabase()
    const env = { ...settings, DATABASE_URL: database.url }
    const [port] = await freePorts(1)
    const acceptd = await serve(env)
    const receiving = spawn('sh', ['-euc', typed('WEBHOOK_SECRETS=', acceptd.url)], {
      cwd: path.join(FOLDER, '../..'),
      env: { PATH: process.env['PATH'] ?? '', ...env, PORT: String(port) },
      // The receiver is a child of the shell, and to be ended with it.
      detached: true,
    })
    onTestFinished(() => void process.kill(-(receiving.pid ?? 0), 'SIGKILL'))
    let output = ''
    for (const stream of [receiving.stdout, receiving.stderr])
      stream.on('data', (bytes: Buffer) => (output += bytes.toString()))
    await until('the receiver to listen', () => output.includes('listening at'))

    const submission = typed('callbackUrl=', acceptd.url).replace(':8787', `:${port}`)
    const { stdout } = await runProgram('sh', ['-euc', submission])
    expect(stdout).toMatch(/^HTTP\/1.1 202 Accepted/)
    await until('the webhook to be kept', () => /^kept \S+: \d+ bytes$/m.test(output))
    acceptd.process.kill('SIGTERM')
    expect(await acceptd.exited).toBe(0)
    await database.drop()
  })
})

for (const { file, program, words, version, takesBytes } of RECEIVERS) {
  const isMissing = spawnSync(program, [version]).status !== 0
  const note = isMissing ? ` (skipped: there is no ${program} on this machine)` : ''

  describe.skipIf(isMissing)(`${file}${note}`, () => {
    const rotating = receiver(`${NEW},${OLD}`)
    const late = receiver(OLD)

    it('takes what was signed with its secret', async () => {
      const id = randomUUID()
      expect(await rotating.send({ id, body: Buffer.from('{"type":"job.completed"}') })).toBe(204)
      await until('it to be kept', () => rotating.keptOf(id) === 1)
    })

    it('takes an empty body', async () => {
      expect(await rotating.send({ body: Buffer.alloc(0) })).toBe(204)
    })

    it.runIf(takesBytes)('takes bytes that are no text', async () => {
      expect(await rotating.send({ body: Buffer.from([0xff, 0x00, 0xfe]) })).toBe(204)
    })

    it('says the same when it gets it once more, and does it once', async () => {
      const id = randomUUID()
      expect(await rotating.send({ id })).toBe(204)
      expect(await rotating.send({ id, seconds: now() - 1 })).toBe(204)
      // What it prints arrives after its answer, perhaps; and in order.
      const last = randomUUID()
      expect(await rotating.send({ id: last })).toBe(204)
      await until('the last to be kept', () => rotating.keptOf(last) === 1)
      expect(rotating.keptOf(id)).toBe(1)
    })

    it('takes the old secret while it knows both, and both while it knows the old one', async () => {
      expect(await rotating.send({ secrets: [OLD] })).toBe(204)
      expect(await rotating.send({ secrets: [NEW] })).toBe(204)
      expect(await rotating.send({ secrets: [NEW, OLD] })).toBe(204)
      expect(await late.send({ secrets: [NEW, OLD] })).toBe(204)
      expect(await late.send({ secrets: [NEW] })).toBe(401)
    })

    it('takes a clock that is somewhat off', async () => {
      expect(await rotating.send({ seconds: now() - 240 })).toBe(204)
      expect(await rotating.send({ seconds: now() + 240 })).toBe(204)
    })

    const body = Buffer.from('{"amount":1}')
    it.each<[string, Sent]>([
      ['from long ago', { seconds: now() - 400 }],
      ['from the future', { seconds: now() + 400 }],
      ['with a secret it does not know', { secrets: [fresh()] }],
      ['with another body', { body, arriving: { body: Buffer.from('{"amount":9}') } }],
      ['with the same JSON written otherwise', { body, arriving: { body: Buffer.from('{"amount": 1}') } }],
      ['with another id', { arriving: { id: randomUUID() } }],
      ['with a newer time than was signed', { seconds: now() - 400, arriving: { seconds: now() } }],
      ['without an id', { without: 'webhook-id' }],
      ['without a time', { without: 'webhook-timestamp' }],
      ['without a signature', { without: 'webhook-signature' }],
    ])('refuses what comes %s', async (_, sent) => {
      const id = randomUUID()
      expect(await rotating.send({ id, ...sent })).toBe(401)
      expect(rotating.keptOf(id)).toBe(0)
    })

    it.each(['v1,', 'v1', '', 'v2,AAAA', 'v1,###', 'v1a,AAAA'])(
      'refuses %j for a signature',
      async (text) => {
        const headers = {
          'webhook-id': 'x',
          'webhook-timestamp': String(now()),
          'webhook-signature': text,
        }
        const response = await fetch(rotating.url(), { method: 'POST', body: '{}', headers })
        expect(response.status).toBe(401)
      },
    )
  })

  function receiver(secrets: string) {
    let output = ''
    let child: ReturnType<typeof spawn> | undefined
    const url = () => /listening at (http:\S+)/.exec(output)?.[1] ?? ''

    beforeAll(async () => {
      child = spawn(program, [...words, file], {
        cwd: FOLDER,
        env: { ...process.env, PORT: '0', WEBHOOK_SECRETS: secrets },
        // What `go run` starts is its child, and to be ended with it.
        detached: true,
      })
      child.stdout?.on('data', (bytes: Buffer) => (output += bytes.toString()))
      child.stderr?.on('data', (bytes: Buffer) => (output += bytes.toString()))
      await until(`${file} to listen`, () => url() !== '')
    })

    afterAll(() => {
      if (child?.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGKILL')
    })

    return { url, send, keptOf: (id: string) => output.split(`kept ${id}:`).length - 1 }

    async function send(sent: Sent): Promise<number> {
      const { secrets: signing = [NEW], id = randomUUID(), seconds = now(), arriving = {} } = sent
      const { body = Buffer.from('{}') } = sent
      const headers: Record<string, string> = {
        'Content-Type': 'application/json',
        'webhook-id': arriving.id ?? id,
        'webhook-timestamp': String(arriving.seconds ?? seconds),
        'webhook-signature': sign(signing, id, seconds, body),
      }
      if (sent.without !== undefined) delete headers[sent.without]
      const bytes = new Uint8Array(arriving.body ?? body)
      const response = await fetch(url(), { method: 'POST', headers, body: bytes })
      return response.status
    }
  }
}
