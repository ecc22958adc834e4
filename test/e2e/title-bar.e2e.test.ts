import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  asking,
  browserPath,
  launchBrowser,
  makeAccount,
  openPage,
  startApp,
  startRun,
  type RunningApp,
} from './app.ts'

const required = process.env['DROVER_REQUIRE'] === 'all'
const height = 40

/**
 * The installed app whose title bar is its own: the window's buttons lie over its top edge. A browser without a window can't be asked
 * for that, so its style sheets are given what the browser would tell them.
 */
describe.skipIf(browserPath === undefined && !required)('under the window’s own buttons (needs Chromium)', () => {
  const problems: string[] = []
  let app: RunningApp
  let browser: Browser
  let page: Page

  beforeAll(async () => {
    app = await startApp()
    browser = await launchBrowser()
    const context = await browser.newContext({ viewport: { width: 1300, height: 700 }, serviceWorkers: 'block' })
    await context.route('**/*.css', async (route) => {
      const answer = await route.fetch()
      const sheet = (await answer.text())
        .replaceAll(/env\(titlebar-area-height,\s*0px\)/g, `${height}px`)
        .replaceAll(/@media \(display-mode:\s*window-controls-overlay\)/g, '@media all')
      await route.fulfill({ response: answer, body: sheet })
    })
    page = await openPage(context, problems)
  })
  afterAll(async () => {
    // A style sheet may be on its way still.
    await page?.context().unrouteAll({ behavior: 'ignoreErrors' })
    await browser?.close()
    await app?.close()
  })

  /** Controls, or text of the page, that the buttons would cover, as HTML. */
  const covered = (): Promise<string[]> =>
    page.evaluate((edge) => {
      const shown = document.querySelectorAll('a[href], button, input, textarea, summary, h1, h2, [role="dialog"]')
      return [...shown]
        .filter((element) => element.checkVisibility() && element.closest('a[href="#main"]') === null)
        .filter((element) => {
          const { top, bottom, width } = element.getBoundingClientRect()
          return width > 0 && bottom > 0 && top < edge
        })
        .map((element) => element.outerHTML.slice(0, 120))
    }, height)
  async function isFree(): Promise<void> {
    await expect.poll(covered).toEqual([])
    expect(await page.evaluate(() => document.documentElement.scrollHeight <= innerHeight)).toBe(true)
  }

  test('the strip moves the window and has nothing to press', async () => {
    await makeAccount(page, app.link)
    const strip = await page.evaluate(() => {
      const all = [...document.querySelectorAll('*')]
      const dragged = all.filter((element) => getComputedStyle(element).getPropertyValue('app-region') === 'drag')
      return dragged.map((element) => [
        element.getBoundingClientRect().height,
        element.querySelectorAll('a, button').length,
      ])
    })
    expect(strip).toContainEqual([height, 0])
  })

  test('every page, sheet and dialog stands below it', async () => {
    await page.getByText('No runs yet').waitFor()
    await isFree()
    await page.keyboard.press('Control+k')
    await page.getByRole('combobox').first().waitFor()
    await isFree()
    await page.keyboard.press('Escape')
    await page.keyboard.press('?')
    await page.getByRole('dialog', { name: 'Keys' }).waitFor()
    await isFree()
    await page.keyboard.press('Escape')
    await page.getByRole('link', { name: /^Up to date/ }).click()
    await page.getByRole('heading', { name: 'Outbox' }).waitFor()
    await isFree()
    await page.goto(`${app.origin}/inbox`)
    await page.getByRole('heading', { name: 'Inbox' }).waitFor()
    await isFree()
    await page.goto(`${app.origin}/settings/account`)
    await page.getByRole('heading', { name: 'Passkeys' }).waitFor()
    await isFree()
    await startRun(page, app.origin, asking('Below', 'echo plum > fruit.txt'))
    await page.getByRole('button', { name: /^Allow once/ }).click()
    await isFree()
    await page.getByText('Done', { exact: true }).first().waitFor()
    await page
      .getByRole('button', { name: /^fruit\.txt/ })
      .first()
      .click()
    await page.getByRole('dialog', { name: 'Changes' }).waitFor()
    await isFree()
    await page.setViewportSize({ width: 500, height: 640 })
    await isFree()
    await page.goto(`${app.origin}/no/such/page`)
    await page.getByText('This page does not exist').waitFor()
    await isFree()
  })

  test('no page threw or logged an error', () => {
    expect(problems).toEqual([])
  })
})
