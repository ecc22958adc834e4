import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { browserPath, desktop, launchBrowser, makeAccount, openPage, startApp, type RunningApp } from './app.ts'

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
    // A page that is left is not told as the end of its sockets.
    page.on('request', (request) => request.isNavigationRequest() && sockets.set(page, 0))
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
    app = await startApp()
    browser = await launchBrowser()
    context = await browser.newContext(desktop)
    a = await tab()
    await makeAccount(a, app.link)
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

  test('a tab that the browser froze loses the lead, and follows once it wakes up', async () => {
    const other = await browser.newContext({ ...desktop, storageState: await context.storageState() })
    const elsewhere = await openPage(other, problems)
    await elsewhere.goto(`${app.origin}/new`)
    await a.goto(`${app.origin}/runs`)
    // The one that leads now is `b`. Held by the debugger it runs nothing and lets nothing go, as a frozen tab does; Chromium
    // without a screen freezes none. It freezes no tab in the middle of a transaction of IndexedDB either, which would hold up
    // every other tab.
    await b
      .getByText(/^Up to date/)
      .first()
      .waitFor()
    const debug = await context.newCDPSession(b)
    await debug.send('Debugger.enable')
    const paused = new Promise<void>((resolve) => debug.once('Debugger.paused', () => resolve()))
    const held = debug.send('Runtime.evaluate', {
      expression: `(${restStorage.toString()})().then(() => { debugger })`,
    })
    await paused
    await a.evaluate(() => dispatchEvent(new Event('pageshow')))
    await expect.poll(() => sockets.get(a), { timeout: 20_000 }).toBe(1)
    await startRun(elsewhere, 'While the other was frozen')
    await a.getByText('While the other was frozen').first().waitFor()
    await debug.send('Debugger.resume')
    await held
    await debug.detach()
    await b.getByText('While the other was frozen').first().waitFor()
    await expect.poll(() => sockets.get(b), { timeout: 20_000 }).toBe(0)
    expect(sockets.get(a)).toBe(1)
    // And it is still told what happens.
    await startRun(elsewhere, 'After it woke up')
    await other.close()
    await b.getByText('After it woke up').first().waitFor()
    await b
      .getByText(/^Up to date/)
      .first()
      .waitFor()
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

/** In a page: resolves when its stores are not written to, longer than Replicache's delay before it writes. */
async function restStorage(): Promise<void> {
  for (let quietMs = 0; quietMs < 1_500;) {
    const began = performance.now()
    for (const { name } of await indexedDB.databases()) {
      if (name?.startsWith('rep:') !== true) continue
      const database = await new Promise<IDBDatabase>((resolve, reject) => {
        const request = indexedDB.open(name)
        request.addEventListener('success', () => resolve(request.result))
        request.addEventListener('error', () => reject(request.error ?? new Error(name)))
      })
      await new Promise((resolve) =>
        database.transaction([...database.objectStoreNames], 'readwrite').addEventListener('complete', resolve),
      )
      database.close()
    }
    quietMs = performance.now() - began < 50 ? quietMs + 100 : 0
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}
