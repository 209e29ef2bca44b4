/** What a process and all that it has started use of the machine, as Linux counts it. */
import fs from 'node:fs/promises'

// USER_HZ, in which the kernel tells user space about time, is 100 on every architecture that Node runs on.
const TICKS_PER_SECOND = 100

/** Every process of the machine by its parent. */
export async function children(): Promise<ReadonlyMap<number, readonly number[]>> {
  const pids = (await fs.readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number)
  const stats = await Promise.all(pids.map(async (pid) => ({ pid, fields: await statOf(pid) })))
  const byParent = Map.groupBy(stats, ({ fields }) => Number(fields[1]))
  return new Map([...byParent].map(([parent, list]) => [parent, list.map(({ pid }) => pid)]))
}

export function treeOf(root: number, known: ReadonlyMap<number, readonly number[]>): number[] {
  return [root, ...(known.get(root) ?? []).flatMap((child) => treeOf(child, known))]
}

/** Processor time since it began, with that of children that have ended: Postgres starts one for each connection. */
export async function cpuSeconds(pid: number): Promise<number> {
  const fields = await statOf(pid)
  // utime, stime, cutime and cstime.
  const ticks = fields.slice(11, 15).map(Number)
  return ticks.reduce((sum, each) => sum + each, 0) / TICKS_PER_SECOND
}

/** Memory in RAM, each shared page counted once among those that share it: Postgres' buffers are in all its processes. */
export async function proportionalMegabytes(pid: number): Promise<number> {
  const text = await read(`/proc/${pid}/smaps_rollup`)
  return Number(/^Pss:\s+(\d+) kB$/m.exec(text)?.[1] ?? 0) / 1024
}

/** From the third field on: the second is the program's name in parentheses, and may hold anything. */
async function statOf(pid: number): Promise<string[]> {
  const text = await read(`/proc/${pid}/stat`)
  return text.slice(text.lastIndexOf(')') + 2).split(' ')
}

/** Nothing, of a process that has ended. */
function read(file: string): Promise<string> {
  return fs.readFile(file, 'utf8').catch(() => '')
}
