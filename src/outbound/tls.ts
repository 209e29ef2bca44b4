/** TLS over a connection: always with a certificate that is verified for the host. */
import { isIP, type Socket } from 'node:net'
import tls from 'node:tls'
import { connected } from './dial.ts'

export async function secure(
  socket: Socket,
  host: string,
  signal: AbortSignal,
  ca?: string | Buffer,
): Promise<Socket> {
  const encrypted = tls.connect({
    socket,
    host,
    // Addresses have no place there (RFC 6066 §3); the certificate is checked against `host` then.
    servername: isIP(host) === 0 ? host : '',
    ALPNProtocols: ['http/1.1'],
    // Also where NODE_TLS_REJECT_UNAUTHORIZED says otherwise.
    rejectUnauthorized: true,
    ...(ca === undefined ? {} : { ca }),
  })
  try {
    await connected(encrypted, 'secureConnect', signal)
    return encrypted
  } catch (error) {
    socket.destroy()
    throw error
  }
}
