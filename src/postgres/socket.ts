/** The server's socket file, beside its data: on the same machine a shorter way to it than TCP, at two thirds of the cost. */
import { existsSync } from 'node:fs'
import path from 'node:path'

// What fits into sockaddr_un on every system, its final NUL taken off: 104 bytes on macOS and the BSDs, 108 on Linux.
const LONGEST = 103
const fileFor = (cluster: string, port: number) => path.join(cluster, `.s.PGSQL.${port}`)

/** The folder it is to be in; none where the path is too long for one, or on Windows, where Node.js has no such sockets. */
export function socketFolder(cluster: string): string | undefined {
  const longest = fileFor(cluster, 65_535)
  return process.platform === 'win32' || Buffer.byteLength(longest) > LONGEST ? undefined : cluster
}

/** The folder it is in; none where the server that runs has been started without. */
export function openSocketFolder(cluster: string, port: number): string | undefined {
  return existsSync(fileFor(cluster, port)) ? socketFolder(cluster) : undefined
}
