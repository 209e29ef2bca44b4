/** A Restate server with its own settings, but for ports, telemetry and the number of jobs at once. */
import { createRequire } from 'node:module'
import { endChild, startCommand } from './child.ts'
import { freePort } from './free-port.ts'
import { until } from './until.ts'

export interface RestateServer {
  readonly ingress: string
  readonly pid: number
  readonly register: (servicePort: number) => Promise<void>
  readonly query: <T>(sql: string) => Promise<T[]>
  readonly close: () => Promise<void>
}

/** The binary that npm installed for this platform. */
export function restateServer(): string | undefined {
  const name = `@restatedev/restate-server-${process.platform}-${process.arch}`
  try {
    return createRequire(import.meta.url).resolve(`${name}/bin/restate-server`)
  } catch {
    return undefined
  }
}

export async function openRestate(folder: string, concurrency: number): Promise<RestateServer> {
  const [ingress, admin, node] = [await freePort(), await freePort(), await freePort()]
  const args = ['--base-dir', folder, '--bind-ip', '127.0.0.1', '--bind-port', String(node)]
  const server = startCommand(restateServer() ?? '', [...args, '--listen-mode', 'tcp', '--no-logo'], {
    RESTATE_INGRESS__BIND_PORT: String(ingress),
    RESTATE_ADMIN__BIND_PORT: String(admin),
    RESTATE_WORKER__INVOKER__CONCURRENT_INVOCATIONS_LIMIT: String(concurrency),
    RESTATE_DISABLE_TELEMETRY: 'true',
    RESTATE_LOG_FILTER: 'error,octocrab=off',
  })
  server.stdout?.resume()
  const ask = (path: string, body: unknown) =>
    fetch(`http://127.0.0.1:${admin}${path}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Accept: 'application/json' },
      body: JSON.stringify(body),
    })
  return {
    ingress: `http://127.0.0.1:${ingress}`,
    pid: server.pid ?? 0,
    // Again and again, as the server takes its time to be ready.
    register: (port) =>
      until('Restate to know the service', 100, 30, async () => {
        const answer = await ask('/deployments', { uri: `http://127.0.0.1:${port}` }).catch(() => undefined)
        await answer?.bytes()
        return answer?.ok === true
      }),
    async query<T>(sql: string) {
      const answer = await ask('/query', { query: sql })
      if (!answer.ok) throw new Error(`Restate answered ${answer.status}: ${await answer.text()}`)
      return ((await answer.json()) as { rows: T[] }).rows
    },
    close: () => endChild(server),
  }
}
