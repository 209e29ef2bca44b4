/** What a process uses of the machine, as Linux counts it. */
import fs from 'node:fs/promises'

// USER_HZ, in which the kernel tells user space about time, is 100 on every architecture that Node runs on.
const TICKS_PER_SECOND = 100

/** Memory that it has in RAM, in KB. Garbage that was not collected yet counts: nothing is forced. */
export async function residentKilobytes(pid: number): Promise<number> {
  const status = await read(pid, 'status')
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1])
}

/** Processor time that it has used since it began. */
export async function cpuSeconds(pid: number): Promise<number> {
  const stat = await read(pid, 'stat')
  // The second field is the program's name in parentheses, and may hold anything; utime and stime are 14th and 15th.
  const [utime, stime] = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 13)
  return (Number(utime) + Number(stime)) / TICKS_PER_SECOND
}

/** How many files and connections this process, and those it starts, may have open. */
export async function mostOpenFiles(): Promise<number> {
  // Node has raised the soft limit to the hard one when it started.
  const hard = /^Max open files\s+\S+\s+(\S+)/m.exec(await read('self', 'limits'))?.[1]
  return hard === 'unlimited' ? Number.POSITIVE_INFINITY : Number(hard)
}

function read(pid: number | 'self', name: string): Promise<string> {
  return fs.readFile(`/proc/${pid}/${name}`, 'utf8')
}
