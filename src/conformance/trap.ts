/** A port of loopback that nobody should call: it counts those who do, and says nothing to them. */
import net from 'node:net'
import { skip } from './expect.ts'

export interface Trap extends AsyncDisposable {
  readonly port: number
  /** Connections so far, whatever was to come on them. */
  connections(): number
}

/** On the first of the ports that is free. */
export async function openTrap(ports: readonly number[]): Promise<Trap> {
  for (const port of ports) {
    const trap = await trapAt(port)
    if (trap) return trap
  }
  skip(`none of the ports ${ports.join(', ')} is free for the suite to listen on`)
}

async function trapAt(port: number): Promise<Trap | undefined> {
  let connections = 0
  const onConnection = (socket: net.Socket) => {
    connections++
    socket.on('error', () => undefined)
    socket.destroy()
  }
  const first = await listening(port, '127.0.0.1', onConnection)
  if (!first) return undefined
  // Not every machine has it.
  const second = await listening(port, '::1', onConnection)
  const servers = second ? [first, second] : [first]
  return {
    port,
    connections: () => connections,
    async [Symbol.asyncDispose]() {
      await Promise.all(servers.map(closed))
    },
  }
}

function listening(
  port: number,
  host: string,
  onConnection: (socket: net.Socket) => void,
): Promise<net.Server | undefined> {
  const server = net.createServer(onConnection)
  return new Promise((resolve) => {
    server.on('error', () => resolve(undefined))
    server.listen(port, host, () => resolve(server))
  })
}

async function closed(server: net.Server): Promise<void> {
  await new Promise((resolve) => {
    server.close(resolve)
  })
}
