/** What a broken connection means, as an error of the call. */
import { CallError } from './call-error.ts'

const SENTENCES: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'The host refused the connection',
  ECONNRESET: 'The connection was reset',
  EPIPE: 'The connection was closed',
  ETIMEDOUT: 'The host did not take the connection in time',
  EHOSTUNREACH: 'The host cannot be reached',
  ENETUNREACH: 'The host cannot be reached',
  EADDRNOTAVAIL: 'The host cannot be reached',
  UND_ERR_SOCKET: 'The connection was closed before the answer was complete',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'The answer has another length than it says',
}

const CERTIFICATE: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'The certificate of the host has expired',
  CERT_NOT_YET_VALID: 'The certificate of the host is not valid yet',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'The certificate of the host is signed by nobody else',
  ERR_TLS_CERT_ALTNAME_INVALID: 'The certificate is of another host',
  SELF_SIGNED_CERT_IN_CHAIN: 'The certificate of the host was issued by an unknown authority',
  UNABLE_TO_GET_ISSUER_CERT: 'The certificate of the host was issued by an unknown authority',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'The certificate of the host was issued by an unknown authority',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'The certificate of the host was issued by an unknown authority',
  CERT_REVOKED: 'The certificate of the host was revoked',
}

/** A CallError stays as it is. */
export function connectionFailure(cause: unknown): CallError {
  if (cause instanceof CallError) return cause
  const { code = '' } = (cause ?? {}) as { readonly code?: string }
  if (code === 'UND_ERR_HEADERS_OVERFLOW') {
    return new CallError('response-too-large', 'The answer has larger headers than are read', { cause })
  }
  if (code.startsWith('ERR_SSL_') || code.startsWith('ERR_TLS_') || code === 'EPROTO')
    return ofTls(code, cause)
  const unlike = code.startsWith('HPE_') ? 'The answer is not one of HTTP/1.1' : 'The connection failed'
  return new CallError('connection-error', SENTENCES[code] ?? unlike, { cause })
}

/** Of what went wrong while TLS was negotiated: whatever is not of the network is of TLS. */
export function tlsFailure(cause: unknown): CallError {
  const { code = '' } = (cause ?? {}) as { readonly code?: string }
  return cause instanceof CallError || Object.hasOwn(SENTENCES, code)
    ? connectionFailure(cause)
    : ofTls(code, cause)
}

function ofTls(code: string, cause: unknown): CallError {
  return new CallError(
    'tls-error',
    CERTIFICATE[code] ?? 'No TLS connection could be agreed on with the host',
    {
      cause,
    },
  )
}
