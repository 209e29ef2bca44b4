/** Read by a process before acceptd: arms its points, shifts its clock, and takes away a guard if it is a mutant. */
import module from 'node:module'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { mutantNamed } from './mutants.ts'
import { patched } from './patches.ts'
import { POINT_PATCHES } from './points.ts'

const SRC = pathToFileURL(path.join(import.meta.dirname, '../../src/')).href

const { CHAOS_MUTANT: mutant, CHAOS_CLOCK_MS: shift = '0' } = process.env
const patches = Map.groupBy(
  [...POINT_PATCHES, ...(mutant === undefined ? [] : mutantNamed(mutant).patches)],
  ({ file }) => file,
)

module.registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context)
    const ours = url.startsWith(SRC) ? patches.get(url.slice(SRC.length)) : undefined
    if (!ours || loaded.source === null || loaded.source === undefined) return loaded
    return { ...loaded, source: patched(Buffer.from(loaded.source as Uint8Array).toString(), ours) }
  },
})

// A line to the one who started us, which does not keep us alive.
let armed: string | undefined
process.on('message', (message: { arm: string }) => {
  armed = message.arm
  process.send?.(armed)
})
// Nor outlives us.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'))
process.channel?.unref()
Object.assign(globalThis, {
  chaosPoint(name: string) {
    if (name === armed) process.kill(process.pid, 'SIGKILL')
  },
})

const shiftMs = Number(shift)
if (shiftMs !== 0) {
  const Real = Date
  class Shifted extends Real {
    constructor(...given: readonly unknown[]) {
      super(...((given.length === 0 ? [Real.now() + shiftMs] : given) as [number]))
    }
    static override now(): number {
      return Real.now() + shiftMs
    }
  }
  globalThis.Date = Shifted as DateConstructor
}
