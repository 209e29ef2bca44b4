/** Ways to write an address that some parser or other understands. */

/** Numbers that look random and are the same each time (mulberry32). */
export function dice(seed: number) {
  let state = seed
  const roll = (below: number): number => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
  const pick = <T>(list: readonly T[]): T => list[roll(list.length)] as T
  return { roll, pick }
}

export type Dice = ReturnType<typeof dice>
export type Bytes = readonly [number, number, number, number]

/** An address of a network such as `10.0.0.0/8`. */
export function memberOf(network: string, { roll }: Dice): Bytes {
  const [base = '', bits = '32'] = network.split('/')
  const number = base.split('.').reduce((sum, part) => sum * 256 + Number(part), 0)
  const offset = bits === '32' ? 0 : roll(2 ** (32 - Number(bits)))
  return bytesOf(number + offset)
}

function bytesOf(number: number): Bytes {
  return [Math.floor(number / 2 ** 24), (number >>> 16) & 255, (number >>> 8) & 255, number & 255]
}

const hex = (value: number, width = 0) => value.toString(16).padStart(width, '0')

/** As one, two, three or four numbers, each in decimal, octal or hexadecimal: what inet_aton reads. */
export function numbers([a, b, c, d]: Bytes, { roll, pick }: Dice): string {
  const parts = pick([
    [((a * 256 + b) * 256 + c) * 256 + d],
    [a, (b * 256 + c) * 256 + d],
    [a, b, c * 256 + d],
    [a, b, c, d],
  ])
  const written = parts.map((part) =>
    pick([
      String(part),
      `0${part.toString(8)}`,
      `${'0'.repeat(1 + roll(6))}${part.toString(8)}`,
      `0x${hex(part)}`,
      `0X${hex(part, 8).toUpperCase()}`,
    ]),
  )
  return written.join('.')
}

const DIGITS = ['０', '𝟎', '𝟘', '𝟢', '𝟬', '𝟶'].map((zero) => zero.codePointAt(0) ?? 0)
const SUPERSCRIPT = '⁰¹²³⁴⁵⁶⁷⁸⁹'
const CIRCLED = '⓪①②③④⑤⑥⑦⑧⑨'

/** With digits and dots that become those of ASCII. */
export function unicode(text: string, { roll, pick }: Dice): string {
  return Array.from(text)
    .map((character) => {
      if (character === '.') return pick(['.', '。', '．', '｡'])
      if (!/\d/.test(character) || roll(3) === 0) return character
      const digit = Number(character)
      const from = pick(DIGITS)
      return pick([SUPERSCRIPT[digit], CIRCLED[digit], String.fromCodePoint(from + digit)]) ?? character
    })
    .join('')
}

export function percent(text: string, { roll }: Dice): string {
  return Array.from(text)
    .map((character) => (roll(2) === 0 ? character : encodeURIComponent(character).replace(/^.$/, percentOf)))
    .join('')
}

function percentOf(character: string): string {
  return `%${hex(character.charCodeAt(0), 2)}`
}

/** In an IPv6 address: mapped, compatible, translated, NAT64, 6to4, Teredo. */
export function embedded([a, b, c, d]: Bytes, { pick, roll }: Dice): string {
  const dotted = `${a}.${b}.${c}.${d}`
  const groups = `${hex(a * 256 + b)}:${hex(c * 256 + d)}`
  const full = `${hex(a * 256 + b, 4)}:${hex(c * 256 + d, 4)}`
  const turned = `${hex((a * 256 + b) ^ 0xffff)}:${hex((c * 256 + d) ^ 0xffff)}`
  return cased(
    pick([
      `::ffff:${dotted}`,
      `::ffff:${groups}`,
      `0:0:0:0:0:ffff:${dotted}`,
      `0000:0000:0000:0000:0000:ffff:${full}`,
      `0::ffff:${groups}`,
      `::${dotted}`,
      `::${groups}`,
      `0:0:0:0:0:0:${groups}`,
      `::ffff:0:${dotted}`,
      `::ffff:0:${groups}`,
      `64:ff9b::${dotted}`,
      `64:ff9b::${groups}`,
      `0064:ff9b:0:0:0:0:${full}`,
      `64:ff9b:1::${groups}`,
      `64:ff9b:1:${hex(roll(65536))}::${dotted}`,
      `2002:${groups}::`,
      `2002:${full}:${hex(roll(65536))}::${hex(roll(65536))}`,
      `2001::${turned}`,
      `2001:0:4136:e378:8000:63bf:${turned}`,
    ]),
    pick([true, false]),
  )
}

function cased(text: string, upper: boolean): string {
  return upper ? text.toUpperCase() : text
}
