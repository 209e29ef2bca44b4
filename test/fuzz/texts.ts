/** Texts that have gone wrong elsewhere, and any other, down to single code units. */
import * as fc from 'fast-check'

const NOTORIOUS = [
  '',
  ' ',
  '\u0000',
  'a\u0000b',
  '\ud800',
  '\udfff\ud800',
  '\u{1f600}',
  '\ufeff',
  '\u2028\u2029',
  '\u202eabc',
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  'null',
  'NaN',
  '-0',
  '1e400',
  '../../etc/passwd',
  '..\\..\\',
  "'; drop table jobs; --",
  '${7*7}',
  '%00',
  '%s%n',
  '<script>alert(1)</script>',
  '\r\nX-Injected: yes',
  '\u001b[31mred',
  'a'.repeat(256),
  'a'.repeat(3000),
  ' '.repeat(500),
  '"'.repeat(300),
  'é'.normalize('NFD'),
  '2026-02-30T00:00:00Z',
  '9999-12-31T23:59:59Z',
  '+275760-09-13T00:00:00.000Z',
]

const anyUnit = fc.integer({ min: 0, max: 0xff_ff }).map((unit) => String.fromCharCode(unit))

/** Any UTF-16 there is, well-formed or not. */
export const text: fc.Arbitrary<string> = fc.oneof(
  { arbitrary: fc.string({ maxLength: 12 }), weight: 3 },
  { arbitrary: fc.constantFrom(...NOTORIOUS), weight: 3 },
  { arbitrary: fc.string({ unit: anyUnit, maxLength: 8 }), weight: 2 },
  { arbitrary: fc.string({ unit: 'binary', maxLength: 8 }), weight: 1 },
)

/** As UTF-8 would be if it had lone surrogates: what a careless client sends. */
export function bytesOf(given: string): Buffer {
  if (given.isWellFormed()) return Buffer.from(given)
  return Buffer.concat(
    Array.from(given, (character) => {
      if (character.isWellFormed()) return Buffer.from(character)
      const unit = character.charCodeAt(0)
      return Buffer.from([0xe0 | (unit >> 12), 0x80 | ((unit >> 6) & 0x3f), 0x80 | (unit & 0x3f)])
    }),
  )
}

/** Percent-encoded, every byte of it that is not a letter or digit; encodeURIComponent would throw at a lone surrogate. */
export function percentEncoded(given: string): string {
  return bytesOf(given)
    .toString('latin1')
    .replaceAll(/[^A-Za-z0-9]/g, (byte) => `%${byte.charCodeAt(0).toString(16).padStart(2, '0')}`)
}

/** What neither a database nor a URL can keep. */
export function isFlawed(given: string): boolean {
  return given.includes('\u0000') || !given.isWellFormed()
}
