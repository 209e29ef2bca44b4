/** Postgres refuses to run as root, so root runs it as somebody else: who that is and what they can reach. */
import { spawnSync } from 'node:child_process'
import { chownSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { EmbeddedPostgresError } from './error.ts'

export interface ServerUser {
  readonly name: string
  readonly uid: number
  readonly gid: number
}

export function isRoot(): boolean {
  return process.getuid?.() === 0
}

/** Whoever owns what is there already, so that `sudo npm start` once takes nothing away; else postgres, else nobody. */
export function chooseUser(folder: string, cluster: string): ServerUser {
  const data = ownerOf(cluster)
  if (data !== undefined) return { name: `number ${data.uid}`, ...data }
  const users = readUsers()
  const owner = ownerOf(folder)
  const user =
    // Only if it has a name: initdb refuses others, such as the owner of a folder mounted into a container.
    users.find(({ uid }) => uid === owner?.uid) ??
    users.find(({ name }) => name === 'postgres') ??
    users.find(({ name }) => name === 'nobody')
  if (user !== undefined) return user
  throw new EmbeddedPostgresError(
    'Postgres refuses to run as root, and /etc/passwd has neither a user postgres nor a user nobody',
    'Run this as another user',
  )
}

function ownerOf(file: string): Omit<ServerUser, 'name'> | undefined {
  const { uid, gid } = statSync(file, { throwIfNoEntry: false }) ?? { uid: 0, gid: 0 }
  return uid === 0 ? undefined : { uid, gid }
}

function readUsers(): readonly ServerUser[] {
  const lines = readFileSync('/etc/passwd', 'utf8').trim().split('\n')
  return lines.map((line) => {
    const [name = '', , uid, gid] = line.split(':')
    return { name, uid: Number(uid), gid: Number(gid) }
  })
}

/** Tried and not computed from modes, because access lists, mounts and security modules also have a say. */
export function canEnter(user: ServerUser, folder: string): boolean {
  const { uid, gid } = user
  const probe = spawnSync('/bin/sh', ['-c', 'cd "$1"', 'sh', folder], { uid, gid, cwd: '/', stdio: 'ignore' })
  if (probe.error !== undefined) {
    throw new EmbeddedPostgresError(
      `Postgres refuses to run as root, and this process may not switch to the user ${user.name}`,
      'Run this as another user',
      { cause: probe.error },
    )
  }
  return probe.status === 0
}

/** Gives a file which we made as root to the server's user. */
export function giveTo(user: ServerUser | undefined, file: string): void {
  if (user !== undefined) chownSync(file, user.uid, user.gid)
}

/** What to pass to `spawn`. At the root of the disk, as the folder we are in may be closed to the server's user. */
export function spawnAs(user: ServerUser | undefined): { readonly cwd: string; uid?: number; gid?: number } {
  const cwd = path.parse(process.execPath).root
  return user === undefined ? { cwd } : { cwd, uid: user.uid, gid: user.gid }
}
