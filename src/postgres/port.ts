/** A TCP port of this machine that nobody listens on. */
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { codeOf } from './error.ts'

/** The preferred one if it is free. */
export async function freePort(preferred = 0): Promise<number> {
  const server = createServer()
  try {
    server.listen(preferred, '127.0.0.1')
    await once(server, 'listening')
  } catch (error) {
    if (preferred !== 0 && codeOf(error) === 'EADDRINUSE') return freePort()
    throw error
  }
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
