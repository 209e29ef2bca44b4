/** Connections through the operator's proxy, by CONNECT to the address that was checked (RFC 9110 §9.3.6). */
import http, { type IncomingMessage } from 'node:http'
import { isIPv6, type Socket } from 'node:net'
import { CallError } from './call-error.ts'
import { ADDRESS_MS, type Reach } from './dial.ts'

/** Where the proxy is, and what it is shown. */
export interface Proxy {
  readonly host: string
  readonly port: number
  readonly authorization?: string
}

/** @throws TypeError where that is no proxy */
export function parseProxy(text: string): Proxy {
  const url = URL.parse(text)
  if (url?.protocol !== 'http:' || url.hostname === '') throw new TypeError('The proxy must be an http URL')
  const credentials = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`
  return {
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: url.port === '' ? 80 : Number(url.port),
    ...(credentials === ':' ? {} : { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` }),
  }
}

/** Not to the name: the proxy would resolve it once more, perhaps to something else. */
export function reachThrough({ host, port, authorization }: Proxy, targetPort: number): Reach {
  return async (address, signal) => {
    const target = `${isIPv6(address) ? `[${address}]` : address}:${targetPort}`
    const { promise, resolve, reject } = Promise.withResolvers<Socket>()
    const request = http.request({
      method: 'CONNECT',
      host,
      port,
      path: target,
      agent: false,
      timeout: ADDRESS_MS,
      headers: {
        host: target,
        ...(authorization === undefined ? {} : { 'proxy-authorization': authorization }),
      },
    })
    request.on('connect', (response: IncomingMessage, socket: Socket, head: Buffer) => {
      socket.on('error', () => undefined)
      const { statusCode = 0 } = response
      if (statusCode < 200 || statusCode > 299) {
        socket.destroy()
        reject(refused())
        return
      }
      socket.setTimeout(0)
      socket.setNoDelay(true)
      if (head.length > 0) socket.unshift(head)
      resolve(socket)
    })
    request.on('response', () => reject(refused()))
    request.on('error', (cause) => reject(refused(cause)))
    request.on('timeout', () => reject(refused()))
    const onAbort = () => reject(signal.reason as Error)
    if (signal.aborted) onAbort()
    else signal.addEventListener('abort', onAbort, { once: true })
    request.end()
    try {
      return await promise
    } catch (error) {
      request.destroy()
      throw error
    } finally {
      signal.removeEventListener('abort', onAbort)
    }
  }
}

function refused(cause?: Error): CallError {
  return new CallError('connection-error', 'The proxy made no connection to the host', { cause })
}
