import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { browserPath, desktop, launchBrowser, openPage, startApp, type RunningApp } from './app.ts'

const required = process.env['DROVER_REQUIRE'] === 'all'

/** Several tabs of one profile, and what brings a page up to date after it was away. */
describe.skipIf(browserPath === undefined && !required)('tabs of one browser (needs Chromium)', () => {
  const problems: string[] = []
  let app: RunningApp
  let browser: Browser
  let context: BrowserContext
  let a: Page
  let b: Page
  const sockets = new Map<Page, number>()

  async function tab(): Promise<Page> {
    const page = await openPage(context, problems)
    sockets.set(page, 0)
    page.on('websocket', (socket) => {
      sockets.set(page, (sockets.get(page) ?? 0) + 1)
      socket.on('close', () => sockets.set(page, (sockets.get(page) ?? 0) - 1))
    })
    return page
  }

  async function startRun(page: Page, title: string): Promise<void> {
    await page.goto(`${app.origin}/new`)
    await page.getByRole('textbox').first().fill(`# ${title}\n\nNothing to run here.`)
    await page.keyboard.press('Control+Enter')
    await page.waitForURL(/\/runs\/[0-9a-f-]{36}/)
  }

  beforeAll(async () => {
    app = await startApp(4492)
    browser = await launchBrowser()
    context = await browser.newContext(desktop)
    a = await tab()
    await a.goto(app.link)
    await a.getByLabel('Name').fill('Mara Lindqvist')
    await a.getByLabel('Email').fill('mara@example.test')
    await a.getByRole('button', { name: 'Use a password instead' }).click()
    await a.locator('input[type=password]').first().fill('blue tractor sings')
    await a.keyboard.press('Enter')
    await a.waitForURL('**/runs')
    b = await tab()
    await b.goto(`${app.origin}/runs`)
    await b.getByText('No runs yet').waitFor()
    await b.getByText('Up to date').first().waitFor()
  })
  afterAll(async () => {
    await browser?.close()
    await app?.close()
  })

  test('share one socket, and show the same', async () => {
    expect([sockets.get(a), sockets.get(b)]).toEqual([1, 0])
    await startRun(a, 'From the first tab')
    await b.getByText('From the first tab').first().waitFor()
    expect(await b.getByText('From the first tab').count()).toBeGreaterThan(0)
  })

  test('the second one takes over when the first is closed', async () => {
    await a.close()
    await expect.poll(() => sockets.get(b), { timeout: 15_000 }).toBe(1)
    const c = await tab()
    await startRun(c, 'From the third tab')
    await b.getByText('From the third tab').first().waitFor()
    expect(sockets.get(c)).toBe(0)
    a = c
  })

  test('a page that was without a network is up to date soon after it is back', async () => {
    const other = await browser.newContext({ ...desktop, storageState: await context.storageState() })
    const away = await openPage(other, problems)
    await away.goto(`${app.origin}/runs`)
    await away.getByText('From the third tab').first().waitFor()
    await other.setOffline(true)
    await away
      .getByText(/Offline/)
      .first()
      .waitFor()
    await startRun(a, 'While it was away')
    expect(await away.getByText('While it was away').count()).toBe(0)
    await other.setOffline(false)
    await away.getByText('While it was away').first().waitFor({ timeout: 20_000 })
    await away.getByText('Up to date').first().waitFor()
    await other.close()
  })

  test('a device that was signed out elsewhere is told so', async () => {
    const other = await browser.newContext({ ...desktop, storageState: await context.storageState() })
    // An ended session is logged by the browser and by Replicache; that is no error of the page.
    const gone = await openPage(other, [])
    await gone.goto(`${app.origin}/runs`)
    await gone.getByText('While it was away').first().waitFor()
    const answer = await gone.evaluate(() =>
      fetch('/api/v1/auth/sign-out', { method: 'POST' }).then((response) => response.status),
    )
    expect(answer).toBe(200)
    await gone
      .getByText(/sign in|signed out/i)
      .first()
      .waitFor({ timeout: 30_000 })
    await other.close()
  })

  test('no page threw or logged an error', () => {
    expect(problems).toEqual([])
  })
})
