/** `acceptd check`: what it prints, and the code it ends with. */
import { spawn } from 'node:child_process'
import fs from 'node:fs/promises'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { useHouse } from '../support/house.ts'
import { temporaryFolder } from '../support/processes.ts'
import type { Verdict } from '../../src/conformance/suite.ts'

const house = useHouse()

const BIN = path.join(import.meta.dirname, '../../bin/acceptd.js')

interface Ended {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

function check(...words: readonly string[]): Promise<Ended> {
  const child = spawn(process.execPath, [BIN, 'check', ...words], { stdio: ['ignore', 'pipe', 'pipe'] })
  let [out, err] = ['', '']
  child.stdout.on('data', (bytes: Buffer) => (out += bytes.toString()))
  child.stderr.on('data', (bytes: Buffer) => (err += bytes.toString()))
  return new Promise((resolve) => {
    child.on('close', (code) => resolve({ code, out, err }))
  })
}

/** A server that accepts everything, and does it without a Location. */
async function careless(): Promise<string> {
  const server = http.createServer((req, res) => {
    res.statusCode = 202
    req.resume().on('end', () => res.end('{}'))
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  onTestFinished(() => void server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

describe('ends with 0', () => {
  it('where every row holds, and says of each what it is', async () => {
    const { code, out, err } = await check(house.url, '--only', 'SUB-02,SUB-05')
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out).toMatch(/^SUB-02 {2}S {2}pass {2}\w.*\.?\nSUB-05 {2}C {2}pass {2}\w/)
    expect(out).toMatch(/^SUB: 2 passed, 0 failed, 0 skipped$/m)
    expect(out).toMatch(/\n2 passed, 0 failed, 0 skipped\nConforms, as far as it was asked\.\n$/)
  })

  it('where what fails is a choice of this contract only', async () => {
    const { code, out } = await check(await careless(), '--only', 'SUB-07,VAL-01')
    expect(code).toBe(0)
    expect(out).toMatch(/^VAL-01 {2}C {2}FAIL {2}\w.*\n {8}fail: .*answered 202, not 400/m)
  })

  it('when asked for help', async () => {
    const { code, out } = await check('--help')
    expect(code).toBe(0)
    expect(out).toMatch(/^Usage: acceptd check/)
    expect(out).toMatch(/^ +acceptd check http:\/\/localhost:3000 --only CON,SUB-02$/m)
  })
})

describe('ends with 1', () => {
  it('where a row fails that a specification asks for', async () => {
    const { code, out } = await check(await careless(), '--only', 'SUB-02')
    expect(code).toBe(1)
    expect(out).toMatch(/^SUB-02 {2}S {2}FAIL .*\n {8}fail: .* has no Location/)
    expect(out).toMatch(/\nDoes not conform: 1 row of level M or S failed\.\n$/)
  })
})

describe('ends with 2 and says why', () => {
  it('where it has not been told what to do, or cannot do it', async () => {
    const cases: readonly (readonly [words: readonly string[], said: RegExp])[] = [
      [['localhost:3000'], /Write an http or https URL/],
      [['http://127.0.0.1:9', '--onyl', 'SUB'], /--onyl/],
      [['http://127.0.0.1:9', '--only', 'SUP'], /no row SUP/],
      [
        ['http://127.0.0.1:9', '--profile', 'nowhere.json'],
        /nowhere\.json cannot be used: there is no such file\n/,
      ],
      [
        ['http://127.0.0.1:9', '--json', '/nowhere/verdicts.json'],
        /verdicts\.json cannot be written: there is no such folder/,
      ],
    ]
    const ended = await Promise.all(cases.map(([words]) => check(...words)))
    for (const [index, [words, said]] of cases.entries()) {
      expect(ended[index], words.join(' ')).toMatchObject({ code: 2, out: '' })
      expect(ended[index]?.err).toMatch(said)
    }
  })

  it('where the profile is not one', async () => {
    const file = path.join(await temporaryFolder(), 'profile.json')
    await fs.writeFile(file, JSON.stringify({ fixtures: {}, pol: 1 }))
    const { code, err } = await check('http://127.0.0.1:9', '--profile', file)
    expect(code).toBe(2)
    expect(err).toMatch(/profile\.json[\s\S]*pol/)
  })
})

describe('ends with 4', () => {
  it('where nothing answers, and says where it looked', async () => {
    const { code, out, err } = await check('http://127.0.0.1:9', '--only', 'SUB')
    expect({ code, out }).toEqual({ code: 4, out: '' })
    expect(err).toMatch(/^There is no answer from http:\/\/127\.0\.0\.1:9: connection refused\. /)
  })
})

describe('--json', () => {
  it('prints the verdicts instead of the table', async () => {
    const { code, out } = await check(house.url, '--only', 'SUB-02', '--json', '-')
    expect(code).toBe(0)
    expect(JSON.parse(out)).toEqual([
      expect.objectContaining({ id: 'SUB-02', level: 'S', outcome: 'pass' }) as Verdict,
    ])
  })

  it('writes them into a file beside the table', async () => {
    const file = path.join(await temporaryFolder(), 'verdicts.json')
    const { out } = await check(await careless(), '--only', 'SUB-02,IDM-08', '--json', file)
    expect(out).toMatch(/^SUB-02/)
    const verdicts = JSON.parse(await fs.readFile(file, 'utf8')) as Verdict[]
    expect(verdicts.map(({ id, outcome }) => [id, outcome])).toEqual([
      ['SUB-02', 'fail'],
      ['IDM-08', 'skipped'],
    ])
    for (const { reason } of verdicts) expect(reason).toMatch(/\w/)
  })
})
