import fs from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { MUTANTS } from './mutants.ts'
import { patched, type Patch } from './patches.ts'
import { POINT_PATCHES } from './points.ts'

const SRC = path.join(import.meta.dirname, '../../src')

const apply = (patches: readonly Patch[]) => {
  for (const [file, some] of Map.groupBy(patches, (patch) => patch.file))
    expect(patched(fs.readFileSync(path.join(SRC, file), 'utf8'), some)).not.toBe('')
}

describe('what is put into the source for a run', () => {
  it('fits it as it is: the points', () => {
    apply(POINT_PATCHES)
  })

  it.each(MUTANTS)('fits it as it is: without $name, together with the points', ({ patches }) => {
    apply([...POINT_PATCHES, ...patches])
  })

  it('is refused where it does not', () => {
    const patch = { file: 'a.ts', find: 'two', replace: 'three' }
    expect(() => patched('one', [patch])).toThrow('0 times')
    expect(() => patched('two two', [patch])).toThrow('2 times')
  })
})
