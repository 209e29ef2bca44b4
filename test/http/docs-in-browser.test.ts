import fs from 'node:fs'
import { chromium, type Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { useHouse } from '../support/house.ts'

const CHROMIUM = '/usr/bin/chromium'
const missing = !fs.existsSync(CHROMIUM)
if (missing)
  process.stderr.write(
    `Skipped: the docs in a browser, as there is no ${CHROMIUM} (apt-get install chromium)\n`,
  )

describe.skipIf(missing)('Swagger UI', () => {
  const house = useHouse()
  let browser: Browser
  beforeAll(async () => {
    const quiet = [
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ]
    // Not localhost, which browsers trust as they do https: a name as on a LAN, that leads to this machine all the same.
    const lan = '--host-resolver-rules=MAP acceptd.lan 127.0.0.1'
    browser = await chromium.launch({
      executablePath: CHROMIUM,
      args: ['--no-sandbox', '--disable-gpu', ...quiet, lan],
    })
  })
  afterAll(() => browser.close())

  it('shows every task over plain http on a LAN address, and a job can be submitted from it', async () => {
    const page = await browser.newPage()
    const complaints: string[] = []
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text())
    })
    page.on('pageerror', (error) => complaints.push(error.message))
    const origin = `http://acceptd.lan:${new URL(house.url).port}`
    await page.goto(`${origin}/docs`)
    await page.waitForSelector('.opblock')
    expect(await page.locator('.opblock').count()).toBeGreaterThan(house.catalogue.size * 2)

    const operation = page.locator('#operations-tasks-submitWordCount')
    await operation.locator('.opblock-summary-control').click()
    await operation.locator('button.execute').click()
    const answered = operation.locator('.live-responses-table tbody .response-col_status').first()
    await answered.waitFor()
    expect(await answered.innerText()).toContain('202')
    expect(complaints).toEqual([])
    const { items } = (await house.api.get('/jobs?task=word-count')).body as {
      items: { links: { self: string } }[]
    }
    await house.reaches(items[0]?.links.self ?? '', 'completed')
    await page.close()
  })
})
