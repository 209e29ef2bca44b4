/** A real browser, for the tests of a describe. */
import fs from 'node:fs'
import { chromium, type Browser, type Page } from 'playwright-core'
import { afterAll, beforeAll } from 'vitest'

const CHROMIUM = '/usr/bin/chromium'
const QUIET = [
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** For `describe.skipIf`; says so where it is. */
export function isBrowserMissing(what: string): boolean {
  const missing = !fs.existsSync(CHROMIUM)
  if (missing)
    process.stderr.write(`Skipped: ${what}, as there is no ${CHROMIUM} (apt-get install chromium)\n`)
  return missing
}

export interface Opened {
  readonly page: Page
  /** Errors on the console and in scripts. */
  readonly complaints: string[]
}

/** @param args of Chromium's command line, besides those that keep it quiet */
export function useChromium(...args: readonly string[]): { open(url: string): Promise<Opened> } {
  const held: { browser?: Browser } = {}
  beforeAll(async () => {
    held.browser = await chromium.launch({
      executablePath: CHROMIUM,
      args: ['--no-sandbox', '--disable-gpu', ...QUIET, ...args],
    })
  })
  afterAll(() => held.browser?.close())
  return {
    async open(url) {
      const page = await (held.browser as Browser).newPage()
      const complaints: string[] = []
      page.on('console', (message) => {
        if (message.type() === 'error') complaints.push(message.text())
      })
      page.on('pageerror', (error) => complaints.push(error.message))
      await page.goto(url)
      return { page, complaints }
    },
  }
}
