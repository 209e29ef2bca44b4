import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, readdirSync, rmSync, statSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findNative } from '../../src/postgres/find.ts'
import { ask, clusterOf, join, joinElsewhere, newFolder, serverOf } from './playground.ts'

const NOBODY = 65_534

const isRoot = process.getuid?.() === 0

describe.skipIf(!isRoot)('run by root', () => {
  // None when skipped, as then nothing is cleaned up either.
  const closed = isRoot ? newFolder(afterAll, 0o700) : ''
  const open = isRoot ? newFolder(afterAll) : ''
  const systemFolder = path.join(path.dirname(open), 'system')
  const giveOpenTo = (owner: number) => execFileSync('chown', ['-R', `${owner}:${owner}`, open])

  beforeAll(async () => {
    const postgres = await join(open)
    await ask(postgres.url, 'create table kept as select 42 as answer')
    await postgres.leave()
  })

  it('works in a project that only root can enter, and says where the data are', async () => {
    const project = path.join(path.dirname(closed), 'package')
    cpSync(path.join(findNative(), '..'), project, { recursive: true, verbatimSymlinks: true })
    const native = path.join(project, 'native')
    rmSync(path.join(native, 'lib', 'libpq.so.5')) // npm may have blocked the script that makes this link
    const machine = { findNative: () => native, systemFolder }

    const postgres = await join(closed, machine)
    expect(path.dirname(postgres.dataDir)).toBe(systemFolder)
    expect(existsSync(closed)).toBe(false)
    await ask(postgres.url, 'create table kept as select 42 as answer')
    await postgres.leave()
    expect(serverOf(postgres.dataDir)).toBeUndefined()

    const again = await join(closed, machine)
    expect(again.dataDir).toBe(postgres.dataDir)
    expect(await ask(again.url, 'select answer from kept')).toBe(42)
    await again.leave()
    expect(readdirSync(systemFolder).filter((name) => /^bin-[0-9a-f]{12}$/.test(name))).toHaveLength(1)
    expect(readdirSync(systemFolder)).toHaveLength(2) // the programs once, the data once
  })

  it('takes data that root unpacked, but runs nothing as root', async () => {
    giveOpenTo(0)
    const postgres = await join(open)
    expect(await ask(postgres.url, 'select answer from kept')).toBe(42)
    const owner = statSync(clusterOf(open)).uid
    expect(owner).not.toBe(0)
    expect(statSync(`/proc/${serverOf(open)}`).uid).toBe(owner)
    await postgres.leave()
  })

  it('takes nothing away from the owner of the data', async () => {
    giveOpenTo(NOBODY)
    const postgres = await join(open)
    expect(statSync(`/proc/${serverOf(open)}`).uid).toBe(NOBODY)
    const owners = readdirSync(open).map((name) => statSync(path.join(open, name)).uid)
    expect(new Set(owners)).toEqual(new Set([NOBODY]))
    await postgres.leave()
  })

  it('leaves data which that owner can go on with, in a project that only root can write to', async () => {
    giveOpenTo(NOBODY)
    const postgres = await joinElsewhere(open, { uid: NOBODY, gid: NOBODY })
    expect(postgres).toMatchObject({ started: true })
    expect(await ask(postgres.url, 'select answer from kept')).toBe(42)
    await postgres.leave()
    expect(serverOf(open)).toBeUndefined()
  })
})
