/** The README of an example: what it says to type, as it stands there. */
import fs from 'node:fs'
import path from 'node:path'

const CHECKOUT = path.join(import.meta.dirname, '../..')
const START = /^(?:[A-Z_]+=\S+ )*npm (?:start|run dev)$/m

export interface Readme {
  /** The settings in front of `npm start` or `npm run dev`, with folders made absolute. */
  readonly settings: Readonly<Record<string, string>>
  /** The block of shell with these words in it, about the service at this URL. */
  typed(words: string, url: string): string
}

/** @param folder - of examples/ */
export function readme(folder: string): Readme {
  const text = fs.readFileSync(path.join(CHECKOUT, 'examples', folder, 'README.md'), 'utf8')
  const blocks = Array.from(text.matchAll(/^```sh\n([^]*?)^```$/gm), ([, block = '']) => block)
  const start = blocks.map((block) => START.exec(block)?.[0]).find((line) => line !== undefined) ?? ''
  const settings = Object.fromEntries(
    Array.from(start.matchAll(/([A-Z_]+)=(\S+)/g), ([, name = '', value = '']) => {
      return [name, name === 'ACCEPTD_TASKS' ? path.resolve(CHECKOUT, value) : value]
    }),
  )
  return {
    settings,
    typed(words, url) {
      const found = blocks.filter((block) => block.includes(words))
      if (found.length !== 1) throw new Error(`${found.length} blocks in ${folder} have "${words}" in them`)
      return (found[0] ?? '').replaceAll('http://localhost:3000', url)
    },
  }
}
