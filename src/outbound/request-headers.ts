/** Headers of a request: which are ours to set, which are refused, which stay with the first origin. */

type Headers = readonly (readonly [name: string, value: string])[]

// They say how the message is framed and what becomes of the connection (RFC 9110 §7.6.1); those who could set them could
// put a second request into the first.
const FORBIDDEN = new Set([
  'connection',
  'content-length',
  'expect',
  'host',
  'http2-settings',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

const CREDENTIALS = ['authorization', 'cookie', 'proxy-authorization']

const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/
const VALUE = /^[\t\u0020-\u007e\u0080-\u00ff]*$/

export function isForbiddenHeader(name: string): boolean {
  const lower = name.toLowerCase()
  return FORBIDDEN.has(lower) || lower.startsWith('proxy-')
}

/** @throws TypeError where the method or a header is none that may be sent */
export function checkRequestHead(method: string, headers: Headers): void {
  // With CONNECT the answer has no end, and TRACE sends back what was to be kept from others.
  if (!TOKEN.test(method) || /^(connect|trace)$/i.test(method)) {
    throw new TypeError('The method is none that may be sent')
  }
  for (const [name, value] of headers) {
    if (!TOKEN.test(name)) throw new TypeError('A header has a name that no header can have')
    if (isForbiddenHeader(name)) throw new TypeError(`The header ${name} may not be set`)
    if (!VALUE.test(value)) throw new TypeError(`The header ${name} has a character that no header can have`)
  }
}

/** As undici takes them, name and value in turn. */
export function headersToSend(headers: Headers): string[] {
  const given = headers.some(([name]) => name.toLowerCase() === 'accept-encoding')
  // Bodies are kept as they come: nobody here would undo a coding.
  return [...(given ? [] : ['accept-encoding', 'identity']), ...headers.flat()]
}

export function withoutCredentials(headers: Headers, privateHeaders: readonly string[] = []): Headers {
  const dropped = new Set([...CREDENTIALS, ...privateHeaders])
  return headers.filter(([name]) => !dropped.has(name.toLowerCase()))
}

/** Without those that are about a body. */
export function withoutContent(headers: Headers): Headers {
  return headers.filter(([name]) => !name.toLowerCase().startsWith('content-'))
}
