import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { browserPath, desktop, launchBrowser, makeAccount, openPage, phone, startApp, startRun } from './app.ts'
import type { RunningApp } from './app.ts'

const required = process.env['DROVER_REQUIRE'] === 'all'
const long = '# Count\n\n```sh\nseq 400\n```\n'

/** A window that is made narrow and wide again: another frame each time, and the same page. */
describe.skipIf(browserPath === undefined && !required)('a window that changes its size (needs Chromium)', () => {
  const problems: string[] = []
  const asked: string[] = []
  let app: RunningApp
  let browser: Browser
  let page: Page

  beforeAll(async () => {
    app = await startApp()
    browser = await launchBrowser()
    page = await openPage(await browser.newContext(desktop), problems)
    await makeAccount(page, app.link)
    await startRun(page, app.origin, long)
    await page.getByText('Done', { exact: true }).first().waitFor()
  })
  afterAll(async () => {
    await browser?.close()
    await app?.close()
  })

  test('loads nothing anew, and keeps what was written', async () => {
    const box = page.getByRole('textbox', { name: 'Message to the agent' })
    await box.fill('Half a thought')
    await page.evaluate(() => Object.assign(window, { isTheSame: true }))
    page.on('request', (request) => {
      const { pathname } = new URL(request.url())
      // Of the app's own parts a frame may want some that the one before did not have.
      if (!pathname.startsWith('/assets/')) asked.push(pathname)
    })
    for (const { viewport } of [phone, desktop, phone, desktop]) {
      await page.setViewportSize(viewport)
      await page
        .locator(`[data-frame="${viewport.width < 640 ? 'phone' : 'desktop'}"]`)
        .first()
        .waitFor()
      expect(await box.inputValue()).toBe('Half a thought')
      await page.getByRole('log').getByText('seq 400').first().waitFor()
    }
    expect(await page.evaluate(() => Reflect.get(window, 'isTheSame'))).toBe(true)
    expect(asked.filter((path) => path.startsWith('/api/sync/pull') || !path.startsWith('/api/'))).toEqual([])
  })

  test('no page threw or logged an error', () => {
    expect(problems).toEqual([])
  })
})
