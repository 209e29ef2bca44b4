/** A Redis that keeps what it has acknowledged: every write is in its file, and flushed, before the answer. */
import { spawnSync } from 'node:child_process'
import fs from 'node:fs/promises'
import { connect } from 'node:net'
import { once } from 'node:events'
import { endChild, startCommand } from './child.ts'
import { freePort } from './free-port.ts'
import { until } from './until.ts'

export interface RedisServer {
  readonly port: number
  readonly pid: number
  readonly close: () => Promise<void>
}

const SETTINGS = {
  appendonly: 'yes',
  appendfsync: 'always',
  save: '', // no snapshots beside the log
  'maxmemory-policy': 'noeviction', // as BullMQ demands
  bind: '127.0.0.1',
  loglevel: 'warning',
}

export function redisVersion(): string | undefined {
  const { stdout } = spawnSync('redis-server', ['--version'], { encoding: 'utf8' })
  return /v=(\S+)/.exec(stdout ?? '')?.[1]
}

export async function openRedis(folder: string): Promise<RedisServer> {
  await fs.mkdir(folder, { recursive: true })
  const port = await freePort()
  const settings = Object.entries({ ...SETTINGS, dir: folder, port: String(port) })
  const args = settings.flatMap(([name, value]) => [`--${name}`, value])
  const server = startCommand('redis-server', args)
  server.stdout?.resume()
  await until('redis-server', 20, 10, () => accepts(port))
  return { port, pid: server.pid ?? 0, close: () => endChild(server) }
}

async function accepts(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1')
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}
