import { describe, expect, it } from 'vitest'
import { isBrowserMissing, useChromium } from '../support/chromium.ts'
import { useHouse } from '../support/house.ts'

describe.skipIf(isBrowserMissing('the docs in a browser'))('Swagger UI', () => {
  const house = useHouse()
  // Not localhost, which browsers trust as they do https: a name as on a LAN, that leads to this machine all the same.
  const browser = useChromium('--host-resolver-rules=MAP acceptd.lan 127.0.0.1')

  it('shows every task over plain http on a LAN address, and a job can be submitted from it', async () => {
    const { page, complaints } = await browser.open(`http://acceptd.lan:${new URL(house.url).port}/docs`)
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
