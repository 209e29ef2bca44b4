/** `npm run campaign:disk-full -- --cycles 20`: what becomes of jobs when the disk of the embedded Postgres is full, and then is not? */
import { spawnSync } from 'node:child_process'
import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { openDataFolder } from '../../src/postgres/data-folder.ts'
import { readPassword, urlOf } from '../../src/postgres/login.ts'
import { findPostmaster } from '../../src/postgres/postmaster-file.ts'
import { ask } from '../support/every-route.ts'
import { until } from '../support/until.ts'
import { quantile } from './figures.ts'
import { query } from './outages/kinds.ts'
import { startServer } from './server-process.ts'

// Holds a fresh cluster with its log and some thousand jobs.
const DISK_MB = 320
const FULL_MS = 3000

const { values } = parseArgs({
  options: { cycles: { type: 'string', default: '20' }, disk: { type: 'string' } },
})

process.exitCode =
  values.disk === undefined ? onOwnDisk() : await fillAndFree(values.disk, Number(values.cycles))

/** Again, where mounts are our own: a small disk that nobody else sees, and that goes with the process. */
function onOwnDisk(): number {
  const parent = path.join(os.tmpdir(), `acceptd-disk-${process.pid}`)
  const script = `mkdir -m 711 "$1" && mount -t tmpfs -o size=${DISK_MB}m,mode=711 tmpfs "$1" && shift && exec "$@"`
  const again = [process.execPath, import.meta.filename, '--disk', parent, '--cycles', values.cycles]
  const run = spawnSync('unshare', ['-m', 'sh', '-c', script, 'sh', parent, ...again], { stdio: 'inherit' })
  spawnSync('rmdir', [parent])
  // What the campaign itself says is 0 or 3.
  if (run.status === 0 || run.status === 3) return run.status
  process.stderr.write(
    'Not done: it takes Linux, root, and the permission to mount (unshare -m, mount -t tmpfs)\n',
  )
  return 2
}

async function fillAndFree(disk: string, cycles: number): Promise<number> {
  const folder = path.join(disk, 'data')
  const server = await startServer('', disk, {
    ACCEPTD_DATA_DIR: folder,
    ACCEPTD_TASKS: path.join(import.meta.dirname, '../fixtures/tasks'),
    LOG_LEVEL: 'silent',
  })
  const url = server.url().origin
  const data = openDataFolder(folder, path.join(disk, 'system'))
  const postmaster = () => findPostmaster(data.cluster)
  const databaseUrl = urlOf(postmaster()?.port ?? 0, readPassword(data))
  // Or the log alone would grow larger than the disk.
  for (const change of ["max_wal_size = '64MB'", "min_wal_size = '32MB'"])
    await query(databaseUrl, `alter system set ${change}`)
  await query(databaseUrl, 'select pg_reload_conf()')

  const accepted = new Set<string>()
  const unexpected: string[] = []
  const backMs: number[] = []
  const ballast = path.join(disk, 'ballast')
  let died = 0

  /** Answers whether it was accepted. */
  async function submit(): Promise<boolean> {
    const { status, retryAfter, location } = await ask(url, 'POST', `/tasks/ok?tags=${'x'.repeat(20)}`)
    if (status === 202 && location !== null) accepted.add(location)
    else if (status !== 503 || !(Number(retryAfter) > 0)) unexpected.push(String(status))
    return status === 202
  }

  try {
    for (let cycle = 1; cycle <= cycles; cycle++) {
      await until('a submission to be accepted', submit)
      const pid = postmaster()?.pid
      await fill(ballast)
      let refused = 0
      const isLog = cycle % 2 === 0
      // Every second time it is the log that has no room: then Postgres gives up as a whole.
      if (isLog) await exhaustLog(databaseUrl)
      for (const end = performance.now() + FULL_MS; performance.now() < end || refused === 0;) {
        if (!(await submit())) refused++
        await sleep(20)
      }
      if (postmaster()?.pid !== pid) died++
      await fs.rm(ballast)
      const freed = performance.now()
      await until('a submission to be accepted', submit)
      backMs.push(performance.now() - freed)
      process.stdout.write(
        `${cycle}: ${isLog ? 'log' : 'data'}; refused ${refused}; back after ${backMs.at(-1)?.toFixed(0)} ms\n`,
      )
    }
    const lost: string[] = []
    for (const location of accepted) {
      await until(`${location} to end`, async () => {
        const { done = true, status } = (await (await fetch(url + location)).json()) as {
          done?: boolean
          status: string
        }
        if (done && status !== 'completed') lost.push(location)
        return done
      })
    }
    const times = `median ${quantile(backMs, 0.5).toFixed(0)} ms, most ${quantile(backMs, 1).toFixed(0)} ms`
    process.stdout.write(
      `${cycles} times full; the server ended ${died} times; accepted again after ${times}\n`,
    )
    process.stdout.write(
      `${accepted.size} jobs accepted, ${lost.length} lost; unexpected answers: ${unexpected.join(', ') || 'none'}\n`,
    )
    const good = lost.length === 0 && unexpected.length === 0
    process.stdout.write(`verdict: ${good ? 'good, without a manual step' : 'bad'}\n`)
    return good ? 0 : 3
  } finally {
    await server.stop()
  }
}

async function fill(file: string): Promise<void> {
  const handle = await fs.open(file, 'w')
  try {
    for (let size = 1 << 20; size >= 4096;) {
      try {
        await handle.write(Buffer.alloc(size, 1))
      } catch (error) {
        if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error
        size >>= 1 // less may fit
      }
    }
  } finally {
    await handle.close()
  }
}

/** Uses up the segments that there are, until one more would be needed. */
async function exhaustLog(databaseUrl: string): Promise<void> {
  try {
    for (let segment = 0; segment < 30; segment++) {
      await query(databaseUrl, "select pg_logical_emit_message(false, 'campaign', 'x'), pg_switch_wal()")
    }
  } catch {
    // That was the last.
  }
}
