import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { axeFindings } from './axe.ts'
import { browserPath, desktop, launchBrowser, openPage, phone, startApp, type RunningApp } from './app.ts'

const required = process.env['DROVER_REQUIRE'] === 'all'

/** The story of the first day, in the real browser against the real server and runner. Each test goes on where the one before ended. */
describe.skipIf(browserPath === undefined && !required)(
  'from the first start to an answered run (needs Chromium)',
  () => {
    const problems: string[] = []
    let app: RunningApp
    let browser: Browser
    let first: BrowserContext
    let second: BrowserContext
    let page: Page
    let mobile: Page
    let runUrl = ''

    beforeAll(async () => {
      app = await startApp()
      browser = await launchBrowser()
      first = await browser.newContext(desktop)
      page = await openPage(first, problems)
    })
    afterAll(async () => {
      await browser?.close()
      await app?.close()
    })

    const card = (on: Page) => on.getByRole('button', { name: /^Allow once/ })

    test('the printed link makes the account and leads into the app', async () => {
      await page.goto(app.link)
      await page.getByLabel('Name').fill('Mara Lindqvist')
      await page.getByLabel('Email').fill('mara@example.test')
      expect.soft(await axeFindings(page)).toEqual([])
      await page.getByRole('button', { name: 'Use a password instead' }).click()
      await page.locator('input[type=password]').first().fill('blue tractor sings')
      await page.keyboard.press('Enter')
      await page.waitForURL('**/runs')
      await page.getByText('No runs yet').waitFor()
      expect.soft(await axeFindings(page)).toEqual([])
    })

    test('the link works once', async () => {
      const stranger = await browser.newContext(desktop)
      const other = await openPage(stranger, [])
      await other.goto(app.link)
      const sentence = other.getByText(/used|expired|does not work|no longer/i).first()
      await sentence.waitFor()
      expect(await other.getByLabel('Email').count()).toBe(0)
      await stranger.close()
    })

    test('the demonstration run starts from the form, by keyboard', async () => {
      await page.keyboard.press('n')
      await page.waitForURL('**/new')
      await page.getByRole('button', { name: /demonstration/i }).click()
      expect.soft(await axeFindings(page)).toEqual([])
      await page.keyboard.press('Control+Enter')
      await page.waitForURL(/\/runs\/[0-9a-f-]{36}/)
      runUrl = page.url()
      await card(page).waitFor()
      expect.soft(await axeFindings(page)).toEqual([])
    })

    test('a phone opens the app, shows the question, and its answer is on the desktop at once', async () => {
      second = await browser.newContext({ ...phone, storageState: await first.storageState() })
      mobile = await openPage(second, problems)
      await mobile.goto(`${app.origin}/runs`)
      await mobile.getByText('A tour of this repository').first().waitFor()
      expect.soft(await axeFindings(mobile)).toEqual([])
      await mobile.goto(runUrl)
      await card(mobile).waitFor()
      expect.soft(await axeFindings(mobile)).toEqual([])
      const before = await page.getByRole('log').textContent()
      await card(mobile).click()
      await page.waitForFunction((text) => document.querySelector('[role=log]')?.textContent !== text, before)
      await page
        .getByText(/allowed this once/i)
        .first()
        .waitFor()
    })

    test('no line that was shown is gone after the server was killed', async () => {
      await card(page).waitFor()
      const shown = await visibleLines(page)
      expect(shown.length).toBeGreaterThan(3)
      await app.kill('SIGKILL')
      await app.start()
      await page.reload()
      await card(page).waitFor({ timeout: 60_000 })
      await page
        .getByText(shown[0] ?? '')
        .first()
        .waitFor()
      const after = (await visibleLines(page)).join('\n')
      for (const line of shown) expect(after).toContain(line)
    })

    test('the run ends with its changed files, on both screens', async () => {
      for (let answers = 0; answers < 12; answers++) {
        const done = page.getByText('Done', { exact: true }).first()
        await Promise.race([card(page).waitFor({ timeout: 60_000 }), done.waitFor({ timeout: 60_000 })])
        if (await done.isVisible()) break
        await card(page).click()
        await card(page)
          .waitFor({ state: 'hidden' })
          .catch(() => undefined)
      }
      await page.getByText('Done', { exact: true }).first().waitFor()
      await mobile.getByText('Done', { exact: true }).first().waitFor()
      await page.getByText('DROVER-TOUR.md').first().waitFor()
      expect.soft(await axeFindings(page)).toEqual([])
    })

    test('a cold start without a network shows what the device has, and what is done is kept until it is sent', async () => {
      await mobile.goto(runUrl)
      await mobile.getByText('A tour of this repository').first().waitFor()
      await mobile.evaluate(() => navigator.serviceWorker.ready.then(() => undefined))
      await mobile.waitForFunction(() => navigator.serviceWorker.controller !== null || performance.now() > 5_000)
      await mobile.reload()
      await mobile.getByText('Done', { exact: true }).first().waitFor()
      await second.setOffline(true)
      await mobile.close()
      mobile = await openPage(second, problems)
      await mobile.goto(runUrl)
      await mobile.getByText('A tour of this repository').first().waitFor()
      await mobile
        .getByText(/Offline/)
        .first()
        .waitFor()
      await mobile.getByRole('textbox').last().fill('And once more, please')
      await mobile.getByRole('button', { name: /send/i }).last().click()
      await mobile.getByText('And once more, please').first().waitFor()
      await second.setOffline(false)
      await page.getByText('And once more, please').first().waitFor({ timeout: 60_000 })
      // It leaves the queue for the transcript meanwhile.
      await expect.poll(() => page.getByText('And once more, please').count()).toBeGreaterThan(0)
    })

    test('the pages of settings and a page that does not exist have nothing for axe', async () => {
      for (const path of [
        '/settings/account',
        '/settings/devices',
        '/settings/team',
        '/settings/runners',
        '/nowhere',
        '/runs/01890000-0000-7000-8000-000000000000',
      ]) {
        await page.goto(app.origin + path)
        await page.waitForLoadState('networkidle')
        expect.soft({ path, findings: await axeFindings(page) }).toEqual({ path, findings: [] })
      }
    })

    test('no page threw or logged an error', () => {
      expect(problems).toEqual([])
    })
  },
)

/** Lines of output and prose as a person sees them now. */
async function visibleLines(page: Page): Promise<string[]> {
  const text = (await page.getByRole('log').innerText()).split('\n')
  return text
    .map((line) => line.trim())
    .filter((line) => line.length > 12 && !/\b(s|min) ago\b|waiting|\d+ s\b/.test(line))
}
