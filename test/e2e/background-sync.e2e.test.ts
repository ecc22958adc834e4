import type { BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { browserPath, desktop, fillRun, makeAccount, openPage, startApp, type RunningApp } from './app.ts'
import { openKillableBrowser, type KillableBrowser } from './killable-browser.ts'
import { freePort, openRoad, type Road } from './road.ts'

const required = process.env['DROVER_REQUIRE'] === 'all'

/** What was done with no network, sent by the service worker of a browser in which the app is not open. */
describe.skipIf(browserPath === undefined && !required)('the app that is closed (needs Chromium)', () => {
  const problems: string[] = []
  let app: RunningApp
  let road: Road
  let browser: KillableBrowser
  let context: BrowserContext
  let made = ''

  beforeAll(async () => {
    const port = await freePort()
    road = await openRoad(port)
    app = await startApp({ port, environment: { DROVER_PUBLIC_URL: road.origin } })
    browser = await openKillableBrowser()
    const page = await open()
    await makeAccount(page, app.link)
    await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined))
    // Chromium writes cookies down half a minute late, and at its end.
    await browser.quit()
  })
  afterAll(async () => {
    await browser?.close()
    await app?.close()
    await road?.close()
  })

  async function open(): Promise<Page> {
    context = await browser.start()
    const page = await openPage(context, problems)
    await page.setViewportSize(desktop.viewport)
    return page
  }

  /** The browser runs with no page of the app open. What it gives wakes the worker, as the browser does when it finds a network again. */
  async function openBlank(): Promise<() => Promise<void>> {
    context = await browser.start()
    const [blank] = context.pages()
    if (blank === undefined) throw new Error('the browser has no page')
    const debug = await context.newCDPSession(blank)
    const registered = new Promise<string>((resolve) =>
      debug.on('ServiceWorker.workerRegistrationUpdated', (event: unknown) => {
        const { registrations } = Registrations.parse(event)
        const mine = registrations.find(({ scopeURL }) => scopeURL.startsWith(road.origin))
        if (mine !== undefined) resolve(mine.registrationId)
      }),
    )
    await debug.send('ServiceWorker.enable')
    const registrationId = await registered
    const event = { origin: road.origin, registrationId, tag: 'drover-intents', lastChance: false }
    return async () => void (await debug.send('ServiceWorker.dispatchSyncEvent', event))
  }

  const starts = async (): Promise<number> => {
    const cookies = await context.cookies(road.origin)
    const answered = await fetch(`http://127.0.0.1:${app.port}/api/v1/runs/${made}/transitions`, {
      headers: {
        host: new URL(road.origin).host,
        cookie: cookies.map(({ name, value }) => `${name}=${value}`).join('; '),
      },
    })
    if (answered.status === 404) return 0
    return Transitions.parse(await answered.json()).transitions.filter(({ event }) => event === 'create').length
  }

  test('asks the browser to be woken for what waits, and dies', async () => {
    const page = await open()
    await page.goto(`${road.origin}/runs`)
    await page
      .getByText(/^Up to date/)
      .first()
      .waitFor()
    await road.set('cut')
    await page
      .getByText(/^Offline/)
      .first()
      .waitFor()
    await page.goto(`${road.origin}/new`)
    await fillRun(page, '# Made in the lift\n\n```sh\necho "at work"\n```\n')
    await page.keyboard.press('Control+Enter')
    await page.waitForURL(/\/runs\/[0-9a-f-]{36}/)
    made = page.url().split('/').at(-1)?.slice(0, 36) ?? ''
    await page.getByText('On this device').first().waitFor()
    const tags = () =>
      page.evaluate(async () => {
        const registration: unknown = await navigator.serviceWorker.ready
        const sync: unknown = Reflect.get(Object(registration), 'sync')
        const getTags: unknown = Reflect.get(Object(sync), 'getTags')
        return typeof getTags === 'function' ? String(await getTags.call(sync)) : ''
      })
    await expect.poll(tags).toContain('drover-intents')
    await browser.kill()
  })

  test('sends nothing to a network’s sign-in page, and loses nothing to it', async () => {
    await road.set('portal')
    const wake = await openBlank()
    const pushed = road.asked('/api/sync/push')
    await wake()
    await pushed
    await browser.kill()
    await road.set('open')
    context = await browser.start()
    expect(await starts()).toBe(0)
  })

  test('sends it once there is a network, with no page open', async () => {
    const wake = await openBlank()
    await wake()
    await expect.poll(starts, { timeout: 20_000 }).toBe(1)
    await wake()
    await browser.kill()
  })

  test('finds it sent when it is opened again, once, and says so', async () => {
    const page = await open()
    await page.goto(`${road.origin}/outbox`)
    const mine = page.locator('[data-item]').filter({ hasText: 'Made in the lift' })
    await mine.getByText('Done').waitFor({ timeout: 60_000 })
    expect(await mine.count()).toBe(1)
    expect(await starts()).toBe(1)
    await page.goto(`${road.origin}/runs`)
    const row = page.getByRole('row').filter({ hasText: 'Made in the lift' })
    await row.waitFor()
    expect(await row.count()).toBe(1)
  })

  test('no page threw or logged an error', () => {
    expect(problems).toEqual([])
  })
})

const Registrations = z.object({
  registrations: z.array(z.object({ registrationId: z.string(), scopeURL: z.string() })),
})
const Transitions = z.object({ transitions: z.array(z.object({ event: z.string() })) })
