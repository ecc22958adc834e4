import type { Browser, BrowserContext, CDPSession, Page, Worker } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startPushService, type FakeBrowser, type FakePushService } from '../fakes/push-service.ts'
import {
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
import { axeFindings } from './axe.ts'
import { freePort, openRoad, type Road } from './road.ts'

const required = process.env['DROVER_REQUIRE'] === 'all'

/** What the tests use of the worker's global scope. */
type WorkerScope = EventTarget & {
  readonly registration: {
    getNotifications(filter?: { tag: string }): Promise<(Notification & { actions?: { title: string }[] })[]>
  }
  readonly NotificationEvent: new (type: string, about: { notification: Notification; action: string }) => Event
}
type Shown = { readonly title: string; readonly body: string; readonly tag: string; readonly actions: string[] }

/**
 * The real worker in a real browser, and a push service of ours: what the server sends is decrypted there as the browser's own would, and
 * given to the worker by the browser's tools. Chromium has no other way without Google's service.
 */
describe.skipIf(browserPath === undefined && !required)('pushes (needs Chromium)', () => {
  const problems: string[] = []
  let service: FakePushService
  let app: RunningApp
  let road: Road
  let browser: Browser
  let context: BrowserContext
  let page: Page
  let tools: CDPSession
  let registrationId = ''
  let device: FakeBrowser | undefined
  let delivered = 0

  beforeAll(async () => {
    service = await startPushService()
    const port = await freePort()
    road = await openRoad(port)
    app = await startApp({
      port,
      environment: {
        DROVER_PUSH_PRIVATE: 'on',
        NODE_EXTRA_CA_CERTS: service.certificateFile,
        DROVER_PUBLIC_URL: `http://localhost:${road.port}`,
      },
    })
    browser = await launchBrowser()
    context = await browser.newContext(desktop)
    await context.grantPermissions(['notifications'], { origin: app.origin })
    await context.exposeBinding('subscribeAtFake', (_source, publicKey: string) => {
      device = service.subscribe(publicKey)
      device.onPush(({ payload }) => {
        void tools
          .send('ServiceWorker.deliverPushMessage', {
            origin: app.origin,
            registrationId,
            data: JSON.stringify(payload),
          })
          .then(
            () => delivered++,
            (error: unknown) => problems.push(String(error)),
          )
      })
      return { endpoint: device.endpoint, keys: device.keys }
    })
    await context.addInitScript(fakePushManager)
    page = await openPage(context, problems)
    tools = await context.newCDPSession(page)
    tools.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => {
      registrationId = registrations.find((one) => !one.isDeleted)?.registrationId ?? registrationId
    })
    await tools.send('ServiceWorker.enable')
    await makeAccount(page, app.link)
    await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined))
  })
  afterAll(async () => {
    await browser?.close()
    await app?.close()
    await road?.close()
    await service?.close()
  })

  const worker = (): Worker => {
    const [found] = context.serviceWorkers()
    if (found === undefined) throw new Error('no service worker')
    return found
  }
  const shown = (): Promise<Shown[]> =>
    worker().evaluate(async () => {
      const { registration } = self as unknown as WorkerScope
      return (await registration.getNotifications()).map((one) => ({
        title: one.title,
        body: one.body,
        tag: one.tag,
        actions: (one.actions ?? []).map(({ title }) => title),
      }))
    })
  /** Who looks at a run gets no push of it: this one only begins once the page shows something else. */
  const startAside = async (prompt: string): Promise<string> => {
    await road.set('cut')
    const address = await startRun(page, app.origin, prompt)
    await page.goto(`${app.origin}/settings/notifications`)
    await road.set('open')
    return address
  }
  const untilShown = async (body: string): Promise<Shown> => {
    await expect.poll(async () => (await shown()).map((one) => one.body), { timeout: 20_000 }).toContain(body)
    const found = (await shown()).find((one) => one.body === body)
    if (found === undefined) throw new Error(`${body} went away`)
    return found
  }
  /** Presses a button of a notification, or the notification itself. */
  const press = (tag: string, action: string): Promise<void> =>
    worker().evaluate(
      async ([ofTag, button]) => {
        const scope = self as unknown as WorkerScope
        const [notification] = await scope.registration.getNotifications({ tag: ofTag ?? '' })
        if (notification === undefined) throw new Error('no such notification')
        const begun: Promise<unknown>[] = []
        const event = new scope.NotificationEvent('notificationclick', { notification, action: button ?? '' })
        // An event made by a page may not keep the worker alive; the test waits instead.
        Object.defineProperty(event, 'waitUntil', { value: (work: Promise<unknown>) => begun.push(work) })
        scope.dispatchEvent(event)
        await Promise.all(begun)
      },
      [tag, action],
    )

  test('are turned on by a press, tried, and chosen for this device', async () => {
    await page.goto(`${app.origin}/settings/notifications`)
    await page.getByText('This device gets no notifications.').waitFor()
    expect(await axeFindings(page)).toEqual([])
    await page.getByRole('button', { name: 'Turn on' }).click()
    await page.getByRole('switch', { name: 'Runs that are done' }).waitFor()
    await page.getByRole('button', { name: 'Send a test' }).click()
    await page.getByText('The push service took it.').waitFor()
    expect(await untilShown('This device gets pushes.')).toMatchObject({ title: 'Drover' })
    await page.getByRole('switch', { name: 'Quiet hours' }).press('Space')
    await page.getByLabel('From').waitFor()
    await page.getByRole('switch', { name: 'Quiet hours' }).press('Space')
    await page.getByLabel('From').waitFor({ state: 'detached' })
    expect(await axeFindings(page)).toEqual([])
    device?.answer({ status: 403, body: 'BadJwtToken' })
    await page.getByRole('button', { name: 'Send a test' }).click()
    await page.getByText('did not take it: 403 BadJwtToken').waitFor()
  })

  test('ask, and are answered on the notification', async () => {
    const address = await startAside(asking('Touch a file'))
    const question = await untilShown('Asks to run: touch asked')
    expect(question).toMatchObject({ title: 'Touch a file', actions: ['Allow once', 'Deny'] })
    await press(question.tag, 'allow_once')
    await untilShown('You allowed this once: touch asked')
    await page.goto(address)
    await page
      .getByText(/You allowed this once/)
      .first()
      .waitFor()
    await page.getByText('Done', { exact: true }).first().waitFor()
  })

  test('about what can’t be undone are looked at first: a press opens the question in the page that is open', async () => {
    await startAside(asking('Publish', 'git push --force'))
    const question = await untilShown('Asks to run: git push --force')
    expect(question.actions).toEqual(['Review', 'Deny'])
    await page.evaluate(() => Object.assign(window, { sameDocument: true }))
    await press(question.tag, 'open')
    await page.waitForURL(/\/runs\/[0-9a-f-]{36}\?ask=/)
    await page.getByRole('button', { name: /^Deny/ }).first().waitFor()
    expect(await page.evaluate(() => 'sameDocument' in window)).toBe(true)
  })

  test('are answered without a network, once there is one again', async () => {
    await startAside(asking('Offline', 'touch later'))
    const question = await untilShown('Asks to run: touch later')
    await road.set('cut')
    await press(question.tag, 'deny')
    await untilShown('Saved on this device. It is sent as soon as there is a network.')
    await road.set('open')
    await tools.send('ServiceWorker.dispatchSyncEvent', {
      origin: app.origin,
      registrationId,
      tag: 'push-answers',
      lastChance: false,
    })
    await untilShown('You denied this: touch later')
  })

  test('show something even when they can’t be read', async () => {
    await tools.send('ServiceWorker.deliverPushMessage', {
      origin: app.origin,
      registrationId,
      data: 'from the future',
    })
    await untilShown('Something changed. Open Drover to see it.')
    expect(delivered).toBeGreaterThan(3)
    expect(problems).toEqual([])
  })
})

/** In the page: a push manager whose subscriptions are made at our push service. */
function fakePushManager(): void {
  if (!('PushManager' in window)) return
  type Address = { readonly endpoint: string; readonly keys: Record<string, string> }
  const scope = window as unknown as { subscribeAtFake(publicKey: string): Promise<Address> }
  const key = 'fake-push'
  const toSubscription = (kept: string | null): unknown => {
    if (kept === null) return null
    const { publicKey, ...address } = JSON.parse(kept) as Address & { publicKey: string }
    const padded = publicKey.replaceAll('-', '+').replaceAll('_', '/')
    const bytes = Uint8Array.from(atob(padded), (letter) => letter.charCodeAt(0))
    return {
      endpoint: address.endpoint,
      options: { applicationServerKey: bytes.buffer, userVisibleOnly: true },
      toJSON: () => address,
      unsubscribe: async () => {
        localStorage.removeItem(key)
        return true
      },
    }
  }
  Object.assign(PushManager.prototype, {
    getSubscription: async () => toSubscription(localStorage.getItem(key)),
    subscribe: async ({ applicationServerKey }: { applicationServerKey: string }) => {
      const address = await scope.subscribeAtFake(applicationServerKey)
      localStorage.setItem(key, JSON.stringify({ ...address, publicKey: applicationServerKey }))
      return toSubscription(localStorage.getItem(key))
    },
  })
}
