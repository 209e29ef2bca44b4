/** What an answer must not give away of the program behind it (RFC 9457 §5). */
import os from 'node:os'
import { expect } from './expect.ts'

const LEAKS: Readonly<Record<string, RegExp>> = {
  'a stack': /\bat (?:async )?[\w.<>[\] ]*\(?(?:node:|file:|\/)[^\s)]*:\d+/,
  'a place in a source file': /\.(?:[cm]?[jt]sx?|py|rb|go|java|php|cs):\d+/,
  'a path': /(?:^|[\s"'(`])\/(?:app|etc|home|opt|root|srv|tmp|usr|var|work)\/|\bnode_modules\b|[A-Z]:\\\\?\w/,
  SQL: /\b(?:select|delete)\b[^"]{1,200}\bfrom\b|\binsert\s+into\b|\bupdate\b[^"]{1,80}\bset\b/i,
  'the name of a host': new RegExp(
    String.raw`\blocalhost\b|\b[\w-]+\.(?:internal|local|lan)\b|\b127\.0\.0\.1\b|\b${os.hostname().replaceAll(/\W/g, String.raw`\$&`)}\b`,
  ),
}

export function expectNoLeak(text: string, what: string): void {
  for (const [name, pattern] of Object.entries(LEAKS)) {
    const found = pattern.exec(text)
    expect(found === null, `${what} shows ${name}: ${found?.[0].slice(0, 80)}`)
  }
}
