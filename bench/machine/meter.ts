/** Notes what each process uses between two moments. */
import { children, cpuSeconds, proportionalMegabytes, treeOf } from './process-tree.ts'

// Seldom enough: adding up the pages of a Postgres takes its kernel some milliseconds.
const MEMORY_EVERY_MS = 500

export interface Usage {
  readonly process: string
  /** User and system. */
  readonly cpuSeconds: number
  readonly peakMegabytes: number
}

export class Meter {
  readonly #processes: ReadonlyMap<string, number>
  #generator: number | undefined
  #began = new Map<string, number>()
  #peaks = new Map<string, number>()
  #sampling: NodeJS.Timeout | undefined
  #usage: readonly Usage[] = []

  constructor(processes: ReadonlyMap<string, number>) {
    this.#processes = processes
  }

  /** The load generator is a process as well; where there is one, it has the other half of the machine. */
  readonly begin = async (generator?: number): Promise<void> => {
    this.#generator = generator
    await this.#noteMemory()
    this.#sampling = setInterval(() => void this.#noteMemory(), MEMORY_EVERY_MS)
    this.#began = await this.#used()
  }

  readonly end = async (): Promise<void> => {
    const ended = await this.#used()
    clearInterval(this.#sampling)
    await this.#noteMemory()
    this.#usage = [...ended].map(([process, used]) => ({
      process,
      cpuSeconds: used - (this.#began.get(process) ?? 0),
      peakMegabytes: this.#peaks.get(process) ?? 0,
    }))
  }

  get usage(): readonly Usage[] {
    return this.#usage
  }

  #roots(): [string, number][] {
    const generator = this.#generator
    return [...this.#processes, ...(generator === undefined ? [] : [['load', generator] as [string, number]])]
  }

  #used(): Promise<Map<string, number>> {
    return this.#sum(cpuSeconds)
  }

  async #noteMemory(): Promise<void> {
    for (const [process, megabytes] of await this.#sum(proportionalMegabytes))
      this.#peaks.set(process, Math.max(megabytes, this.#peaks.get(process) ?? 0))
  }

  async #sum(of: (pid: number) => Promise<number>): Promise<Map<string, number>> {
    const known = await children()
    const sums = new Map<string, number>()
    for (const [process, root] of this.#roots()) {
      const figures = await Promise.all(treeOf(root, known).map(of))
      sums.set(
        process,
        figures.reduce((sum, each) => sum + each, 0),
      )
    }
    return sums
  }
}
