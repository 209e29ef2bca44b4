/** examples/browser: its server started as its README says, its page in a real Chromium. */
import path from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { built } from '../support/built.ts'
import { isBrowserMissing, useChromium } from '../support/chromium.ts'
import { testDatabase } from '../support/database.ts'
import { startProgram } from '../support/run-program.ts'

const SERVER = path.join(import.meta.dirname, '../../examples/browser/server.ts')

describe.skipIf(isBrowserMissing('the page of examples/browser'))('the page', () => {
  const browser = useChromium()
  beforeAll(built)

  async function started() {
    const database = await testDatabase()
    const server = startProgram(process.execPath, [SERVER], {
      env: { PORT: '0', DATABASE_URL: database.url },
    })
    const [url = ''] = await server.said(/http:\S+/)
    const stop = async () => {
      expect(await server.stop()).toBe(0)
      await database.drop()
    }
    return { url, stop }
  }

  it('runs a job and shows how far it is, and finds it again after a reload', async () => {
    const { url, stop } = await started()
    const { page, complaints } = await browser.open(url)
    const status = page.getByRole('status')
    await page.getByLabel('From').fill('15')
    await page.getByRole('button', { name: 'Start' }).click()
    await status.getByText(/to go/).waitFor()
    await page.reload()
    await status.getByText('Counted 15').waitFor()
    expect(await page.locator('progress').getAttribute('value')).toBe('100')

    await page.getByLabel('From').fill('100')
    await page.getByRole('button', { name: 'Start' }).click()
    await status.getByText(/to go/).waitFor()
    await page.getByRole('button', { name: 'Cancel' }).click()
    await status.getByText('Canceled').waitFor()
    expect(complaints).toEqual([])

    await page.getByLabel('From').fill('1000')
    await page.getByRole('button', { name: 'Start' }).click()
    await status.getByText(/100/).waitFor()
    await page.close()
    await stop()
  })

  it('could have the client in a worker, too', async () => {
    const { url, stop } = await started()
    const { page } = await browser.open(url)
    const script = `import { client } from '${url}/acceptd-client.js'
      postMessage(await client({ url: '/async' }).run('countdown', { from: 2 }))`
    // As text: the types of this file are those of Node.
    const result = await page.evaluate(`new Promise((resolve) => {
      const script = new Blob([${JSON.stringify(script)}], { type: 'text/javascript' })
      const worker = new Worker(URL.createObjectURL(script), { type: 'module' })
      worker.addEventListener('message', ({ data }) => resolve(data))
      worker.addEventListener('error', ({ message }) => resolve(message))
    })`)
    expect(result).toEqual({ counted: 2 })
    await page.close()
    await stop()
  })
})
