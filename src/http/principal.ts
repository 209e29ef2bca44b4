/** Who is asking. Until there is authentication everybody is the same, which is why the server binds loopback only. */
const ANONYMOUS = 'anonymous'

export function principalOf(): string {
  return ANONYMOUS
}
