/** Where the process of an isolated attempt begins: with what was compiled by those before it, and then with the attempt. */
import module from 'node:module'

const [, , cache] = process.argv
if (cache !== undefined) module.enableCompileCache(cache)
// Not before that: what is imported above is compiled first.
const { obey } = await import('./isolated-attempt.ts')
obey()
