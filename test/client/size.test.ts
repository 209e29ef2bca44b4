/** What the client costs a page. */
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { rolldown } from 'rolldown'
import { describe, expect, it } from 'vitest'

const CLIENT = path.join(import.meta.dirname, '../../src/client/client.ts')
const MAX_BYTES = 6000

describe('the client', () => {
  it('has at most 6 kB, minified and compressed, and imports nothing', async () => {
    const bundle = await rolldown({ input: CLIENT, platform: 'browser' })
    const { output } = await bundle.generate({ format: 'es', minify: true })
    await bundle.close()
    const [{ code, imports, dynamicImports }, ...others] = output
    expect([...imports, ...dynamicImports, ...others]).toEqual([])
    expect(gzipSync(code, { level: 9 }).byteLength).toBeLessThanOrEqual(MAX_BYTES)
    expect(code).toContain('Idempotency-Key')
  })
})
