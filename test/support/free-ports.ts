/** Ports that nobody listens on just now, for what must know its port before it is there. */
import net, { type AddressInfo } from 'node:net'

export async function freePorts(count: number): Promise<readonly number[]> {
  // All at once, so that none is given out twice.
  const servers = await Promise.all(Array.from({ length: count }, listening))
  const ports = servers.map((server) => (server.address() as AddressInfo).port)
  await Promise.all(servers.map(closed))
  return ports
}

async function listening(): Promise<net.Server> {
  const server = net.createServer()
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  return server
}

async function closed(server: net.Server): Promise<void> {
  await new Promise((resolve) => {
    server.close(resolve)
  })
}
