import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  allowOnce,
  asking,
  browserPath,
  desktop,
  launchBrowser,
  makeAccount,
  openPage,
  startApp,
  startRun,
  type RunningApp,
} from './app.ts'
import { freePort, openRoad, type Road } from './road.ts'

const required = process.env['DROVER_REQUIRE'] === 'all'

/** What people's networks do to an app between the browser and the server. Each test ends with the road open again. */
describe.skipIf(browserPath === undefined && !required)('roads to the server (needs Chromium)', () => {
  const problems: string[] = []
  let app: RunningApp
  let road: Road
  let browser: Browser
  let context: BrowserContext
  let page: Page

  beforeAll(async () => {
    const port = await freePort()
    road = await openRoad(port)
    app = await startApp({ port, environment: { DROVER_PUBLIC_URL: road.origin } })
    browser = await launchBrowser()
    context = await browser.newContext(desktop)
    page = await openPage(context, problems)
    await makeAccount(page, app.link)
    await startRun(page, road.origin, asking('On every road'))
    await allowOnce(page).waitFor()
    await page.goto(`${road.origin}/runs`)
    await isUpToDate()
  })
  afterAll(async () => {
    await browser?.close()
    await app?.close()
    await road?.close()
  })

  const isUpToDate = (): Promise<void> => page.getByText(/^Up to date/).waitFor({ timeout: 40_000 })
  const says = (words: string | RegExp): Promise<void> => page.getByText(words).first().waitFor({ timeout: 40_000 })

  /** From the list to the waiting run, and a message into its queue; it stays on this device. */
  async function say(text: string): Promise<void> {
    await page.getByRole('row').filter({ hasText: 'On every road' }).focus()
    await page.keyboard.press('Enter')
    await page.getByRole('textbox', { name: 'Message to the agent' }).fill(text)
    await page.keyboard.press('Enter')
    await queued(text).getByText('On this device').waitFor()
  }
  const queued = (text: string) => page.getByRole('listitem').filter({ hasText: text })
  const isSent = (text: string): Promise<void> =>
    queued(text).getByText('On this device').waitFor({ state: 'detached', timeout: 40_000 })

  test('a run that is started on a new device before its first rows are there starts once they are', async () => {
    const fresh = await browser.newContext({ ...desktop, storageState: await context.storageState() })
    const early = await openPage(fresh, problems)
    const held = Promise.withResolvers<void>()
    const pulled = early.waitForRequest('**/api/sync/pull?*')
    await early.route('**/api/sync/pull?*', async (route) => {
      await held.promise
      await route.continue()
    })
    await early.goto(`${road.origin}/new`)
    await pulled
    await early.getByRole('textbox', { name: 'What should be done' }).fill(asking('Sooner than its team'))
    await early.keyboard.press('Control+Enter')
    await early
      .getByRole('button', { name: /Start run/ })
      .and(early.locator('[aria-busy="true"]'))
      .waitFor()
    held.resolve()
    await early.waitForURL(/\/runs\/[0-9a-f-]{36}/)
    await fresh.close()
  })

  test('a proxy that lets no socket through leaves everything at work, and is named', async () => {
    await road.set('no_sockets')
    await says('No live connection · asks every 3 s')
    await startRun(page, road.origin, asking('By HTTP alone'))
    await allowOnce(page).click()
    await page.getByText('Done', { exact: true }).first().waitFor()
    await page.goto(`${road.origin}/runs`)
    await page.getByRole('link', { name: /No live connection/ }).click()
    await says(/lets no live connection \(WebSocket\) through/)
    await road.set('open')
    await page.goto(`${road.origin}/runs`)
    await isUpToDate()
  })

  test('a network’s sign-in page in the server’s place harms nothing and is told', async () => {
    await page.goto(`${road.origin}/runs`)
    await says('On every road')
    await road.set('portal')
    await says(/Something other than Drover answers here/)
    // The shell comes from the device, and so does who is signed in.
    await page.reload()
    await says('On every road')
    await says(/Something other than Drover answers here/)
    await say('Typed in a café')
    await road.set('open')
    await isSent('Typed in a café')
    await isUpToDate()
    expect(await page.getByText(/Something other than Drover/).count()).toBe(0)
  })

  test('a proxy that takes everything and answers nothing is told, and holds up nothing afterwards', async () => {
    await page.goto(`${road.origin}/runs`)
    await isUpToDate()
    await road.set('silent')
    // The foreground is when an app looks whether its connection lives.
    await page.evaluate(() => dispatchEvent(new Event('pageshow')))
    await says(/^Offline since/)
    await say('Said to nobody')
    await road.set('open')
    await isSent('Said to nobody')
    await isUpToDate()
  })

  test('no page threw or logged an error', () => {
    expect(problems).toEqual([])
  })
})
