/** A connection to the first of several addresses that takes one (after RFC 8305). */
import net, { type Socket } from 'node:net'
import { isSameAddress } from './address-kind.ts'
import { CallError } from './call-error.ts'

/** Connects to one address; closes what it has begun where the signal comes first. */
export type Reach = (address: string, signal: AbortSignal) => Promise<Socket>

/** How long an address has before the next is tried besides. */
const STAGGER_MS = 250
/** How long it has at all. */
export const ADDRESS_MS = 10_000
// A name can have any number of addresses, and who owns it may want us to knock at all of them.
const MAX_ADDRESSES = 8

export function dial(addresses: readonly string[], reach: Reach, signal: AbortSignal): Promise<Socket> {
  const { promise, resolve, reject } = Promise.withResolvers<Socket>()
  const waiting = addresses.slice(0, MAX_ADDRESSES)
  const losers = new AbortController()
  let trying = 0
  let over = false
  let timer: NodeJS.Timeout | undefined

  const settle = (how: () => void) => {
    over = true
    clearTimeout(timer)
    signal.removeEventListener('abort', onAbort)
    losers.abort()
    how()
  }
  const onAbort = () => settle(() => reject(signal.reason as Error))
  const tryNext = () => {
    clearTimeout(timer)
    const address = waiting.shift()
    if (address === undefined) return
    trying++
    if (waiting.length > 0) timer = setTimeout(tryNext, STAGGER_MS)
    reach(address, losers.signal).then(
      (socket) => (over ? socket.destroy() : settle(() => resolve(socket))),
      (error: Error) => {
        trying--
        if (over) return
        if (waiting.length > 0) tryNext()
        else if (trying === 0) settle(() => reject(error))
      },
    )
  }

  if (signal.aborted) return Promise.reject(signal.reason as Error)
  signal.addEventListener('abort', onAbort, { once: true })
  tryNext()
  return promise
}

/** Without anything between. */
export function reachDirectly(port: number): Reach {
  return async (address, signal) => {
    const socket = net.connect({ host: address, port, noDelay: true })
    await connected(socket, 'connect', signal)
    // Nothing should be able to make this differ; if something does, it is not to be talked to.
    const { remoteAddress } = socket
    if (remoteAddress === undefined || isSameAddress(remoteAddress, address)) return socket
    socket.destroy()
    throw new CallError('blocked-address', 'The connection led to another address than the one asked for')
  }
}

/** Waits for the event of a socket that says it is ready; otherwise destroys it. */
export async function connected(
  socket: Socket,
  event: 'connect' | 'secureConnect',
  signal: AbortSignal,
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const onAbort = () => reject(signal.reason as Error)
  const onClose = () => reject(Object.assign(new Error('Closed while connecting'), { code: 'ECONNRESET' }))
  // Stays, for what comes when nobody waits any more would end the process.
  socket.on('error', reject)
  socket.once(event, resolve)
  socket.once('close', onClose)
  socket.setTimeout(ADDRESS_MS, () => reject(Object.assign(new Error('Too slow'), { code: 'ETIMEDOUT' })))
  if (signal.aborted) onAbort()
  else signal.addEventListener('abort', onAbort, { once: true })
  try {
    await promise
    socket.setTimeout(0)
  } catch (error) {
    socket.destroy()
    throw error
  } finally {
    socket.off('close', onClose)
    signal.removeEventListener('abort', onAbort)
  }
}
