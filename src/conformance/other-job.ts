/** Addresses where there is no job: made from one where there is, as the suite knows no other. */

/** Of the same form. */
export function unknownLike(job: URL): URL {
  let left = 8
  const other = lastSegment(job)
    .split('')
    .toReversed()
    .map((letter) => (/[0-9a-z]/i.test(letter) && left-- > 0 ? another(letter) : letter))
  return withLastSegment(job, other.toReversed().join(''))
}

export function withLastSegment(job: URL, segment: string): URL {
  return new URL(segment, job)
}

function lastSegment(job: URL): string {
  return job.pathname.slice(job.pathname.lastIndexOf('/') + 1)
}

// Digits stay digits and a to f stay so: an id may be hexadecimal.
const KINDS = ['0123456789', 'abcdef', 'ABCDEF', 'ghijklmnopqrstuvwxyz', 'GHIJKLMNOPQRSTUVWXYZ']

function another(letter: string): string {
  const others = (KINDS.find((kind) => kind.includes(letter)) ?? '').split('').filter((one) => one !== letter)
  return others[Math.floor(Math.random() * others.length)] ?? letter
}
