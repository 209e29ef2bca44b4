/** A bare connection, for what an HTTP client does not do or hides. */
import net from 'node:net'
import tls from 'node:tls'

export function connectTo({ protocol, hostname, port }: URL): net.Socket {
  const secure = protocol === 'https:'
  const where = { host: hostname.replaceAll(/[[\]]/g, ''), port: Number(port) || (secure ? 443 : 80) }
  return secure ? tls.connect({ ...where, servername: where.host }) : net.connect(where)
}
