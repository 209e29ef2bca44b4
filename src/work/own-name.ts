/** What `import … from 'acceptd'` means: this package, for a file anywhere on disk, with nothing installed beside it. */
import { registerHooks } from 'node:module'
import { pathToFileURL } from 'node:url'
import { programFile } from './program-file.ts'

// As "exports" in package.json and "paths" in tsconfig.json have it; test/house.test.ts compares them.
export const EXPORTS = { acceptd: 'acceptd', 'acceptd/client': 'client/client' }

let isKnown = false

/** Also within a checkout, where what "exports" names has not been built. */
export function answerToOwnName(): void {
  if (isKnown) return
  isKnown = true
  const urls = new Map(
    Object.entries(EXPORTS).map(([name, file]) => [name, pathToFileURL(programFile(file)).href]),
  )
  registerHooks({
    resolve(specifier, context, nextResolve) {
      const url = urls.get(specifier)
      return url === undefined ? nextResolve(specifier, context) : { url, shortCircuit: true }
    },
  })
}
