/** What was started for one turn: processes by what they do, all ended with it, in reverse order. */
import type { ChildProcess } from 'node:child_process'
import { endChild, firstMessage, startProgram } from '../stores/child.ts'

export interface Api {
  readonly url: string
  /** Where a job of this task is submitted; the body is its input. */
  readonly submitPath: (task: 'noop' | 'stamp') => string
  readonly stop: () => Promise<void>
}

export interface Worker {
  readonly process: ChildProcess
  readonly stop: () => Promise<void>
}

export interface WorkOptions {
  readonly concurrency: number
  /** How many `noop` jobs it will be given, so that it can say when it ran the last. */
  readonly jobs: number
}

interface Store {
  readonly pid: number
  readonly close: () => Promise<void>
}

type Environment = Readonly<Record<string, string>>

export class Started {
  /** Each stands for all that it has started itself. */
  readonly processes = new Map<string, number>()
  readonly #closers: (() => Promise<void>)[] = []

  onClose(closer: () => Promise<void>): void {
    this.#closers.push(closer)
  }

  async close(): Promise<void> {
    for (const closer of this.#closers.splice(0).toReversed()) await closer()
  }

  store<T extends Store>(name: string, store: T): T {
    this.processes.set(name, store.pid)
    this.onClose(store.close)
    return store
  }

  child(role: string, child: ChildProcess): Worker {
    this.processes.set(role, child.pid ?? 0)
    child.stdout?.resume() // else it would wait for somebody to read
    const stop = async () => {
      await endChild(child)
      this.processes.delete(role)
    }
    this.onClose(stop)
    return { process: child, stop }
  }

  /** The API of a peer. */
  async serve(program: string, env: Environment = {}): Promise<Api> {
    const { process, stop } = this.child('api', startProgram(program, env))
    const { port } = await firstMessage<{ port: number }>(process)
    return { url: `http://127.0.0.1:${port}`, submitPath: (task) => `/tasks/${task}`, stop }
  }

  /** The worker of a peer. */
  work(program: string, { concurrency, jobs }: WorkOptions, env: Environment): Worker {
    const settings = { BENCH_CONCURRENCY: String(concurrency), BENCH_JOBS: String(jobs) }
    return this.child('worker', startProgram(program, { ...env, ...settings }))
  }
}
