/** examples/ as a whole: nothing in it is left out of its list, or untested. */
import fs from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'

const FOLDER = path.join(import.meta.dirname, '../../examples')
const list = fs.readFileSync(path.join(FOLDER, 'README.md'), 'utf8')
const examples = fs
  .readdirSync(FOLDER, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)

describe.each(examples)('the example %s', (name) => {
  it('is in the list of examples', () => {
    expect(list).toContain(`[${name}](${name}/)`)
  })

  it('has a test that starts it', () => {
    expect(fs.existsSync(path.join(import.meta.dirname, `${name}.test.ts`))).toBe(true)
  })
})
