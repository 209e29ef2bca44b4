/** The folder that holds everything of one embedded Postgres, made and handed to the user who runs the server. */
import { createHash } from 'node:crypto'
import {
  accessSync,
  chownSync,
  constants,
  existsSync,
  lchownSync,
  mkdirSync,
  readdirSync,
  statSync,
} from 'node:fs'
import path from 'node:path'
import { makeSystemFolder } from './copy-programs.ts'
import { codeOf, EmbeddedPostgresError } from './error.ts'
import { canEnter, chooseUser, isRoot, type ServerUser } from './user.ts'

export interface DataFolder {
  readonly root: string
  readonly cluster: string
  readonly log: string
  readonly password: string
  readonly lock: string
  /** Who runs the server; undefined: we do. */
  readonly user: ServerUser | undefined
}

/** For root it may be in `systemFolder` instead of where it was asked for: where the server's user can reach it. */
export function openDataFolder(asked: string, systemFolder: string): DataFolder {
  const folder = path.resolve(asked)
  refuseFile(folder, folder)
  if (!isRoot()) return makeFolder(folder, undefined)
  const user = chooseUser(folder, clusterIn(folder))
  const elsewhere = elsewhereOf(folder, systemFolder)
  // Data that went elsewhere once stays there, even when the folder asked for can be reached by now.
  const stays = existsSync(clusterIn(elsewhere)) && !existsSync(clusterIn(folder))
  mkdirSync(path.dirname(folder), { recursive: true })
  if (!stays && canEnter(user, path.dirname(folder))) return makeFolder(folder, user)
  makeSystemFolder(systemFolder)
  return makeFolder(elsewhere, chooseUser(elsewhere, clusterIn(elsewhere)))
}

/** Whether there is a cluster, here or where root's went. One that we may not look into counts: opening it says why. */
export function hasCluster(asked: string, systemFolder: string): boolean {
  const folder = path.resolve(asked)
  return [folder, ...(isRoot() ? [elsewhereOf(folder, systemFolder)] : [])].some((one) => {
    try {
      return statSync(clusterIn(one), { throwIfNoEntry: false }) !== undefined
    } catch {
      return true
    }
  })
}

function elsewhereOf(folder: string, systemFolder: string): string {
  const name = createHash('sha256').update(folder).digest('hex').slice(0, 12)
  return path.join(systemFolder, name)
}

function clusterIn(folder: string): string {
  return path.join(folder, 'postgres')
}

/** Looks at the folder, or at the nearest one above that exists. */
function refuseFile(folder: string, at: string): void {
  const found = statSync(at, { throwIfNoEntry: false })
  if (found === undefined) return refuseFile(folder, path.dirname(at))
  if (found.isDirectory()) return
  const problem =
    at === folder ? `The data folder ${at} is a file` : `The data folder ${folder} is below ${at}, a file`
  throw new EmbeddedPostgresError(problem, 'Set ACCEPTD_DATA_DIR to a folder')
}

function makeFolder(root: string, user: ServerUser | undefined): DataFolder {
  mkdirSync(path.dirname(root), { recursive: true })
  // Not by the recursive call above, which would close the parents, too.
  if (!existsSync(root)) mkdirPrivate(root)
  accessSync(root, constants.R_OK | constants.W_OK | constants.X_OK)
  if (user !== undefined) handOver(root, user)
  const inside = (name: string) => path.join(root, name)
  return {
    root,
    cluster: clusterIn(root),
    log: inside('postgres.log'),
    password: inside('password'),
    lock: inside('lock'),
    user,
  }
}

function mkdirPrivate(root: string): void {
  try {
    mkdirSync(root, { mode: 0o700 })
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error // another process starting at the same instant was faster
  }
}

function handOver(root: string, user: ServerUser): void {
  // One that root made and left open stays root's: it may hold other things, too.
  if (!canEnter(user, root)) chownSync(root, user.uid, user.gid)
  const cluster = clusterIn(root)
  if (!existsSync(cluster) || statSync(cluster).uid !== 0) return
  // Copied or unpacked by root; Postgres refuses data that are not its user's.
  const files = readdirSync(cluster, { recursive: true, encoding: 'utf8' })
  for (const file of ['', ...files]) lchownSync(path.join(cluster, file), user.uid, user.gid)
}
