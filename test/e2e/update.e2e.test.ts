import { spawn } from 'node:child_process'
import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
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

const required = process.env['DROVER_REQUIRE'] === 'all'
const root = join(import.meta.dirname, '..', '..')

/** Two real builds of the app, the second served in place of the first, with two tabs of a browser open meanwhile. */
describe.skipIf(browserPath === undefined && !required)('an update of the app (needs Chromium)', () => {
  const problems: string[] = []
  let builds = ''
  let app: RunningApp
  let browser: Browser
  let context: BrowserContext
  let first: Page
  let second: Page

  beforeAll(async () => {
    builds = await mkdtemp(join(tmpdir(), 'drover-builds-'))
    await cp(join(root, 'dist', 'web'), join(builds, 'now'), { recursive: true })
    const [started] = await Promise.all([
      startApp({ environment: { DROVER_WEB_DIR: join(builds, 'now') } }),
      buildNext(join(builds, 'next')),
    ])
    app = started
    browser = await launchBrowser()
    context = await browser.newContext(desktop)
    first = await openPage(context, problems)
    await makeAccount(first, app.link)
    await startRun(first, app.origin, asking('Across versions'))
    await allowOnce(first).waitFor()
    second = await openPage(context, problems)
    await second.goto(`${app.origin}/runs`)
    await second.getByText('Across versions').first().waitFor()
    for (const page of [first, second])
      await page.evaluate(async () => {
        await navigator.serviceWorker.ready
        // A page of before the update is known by this.
        Object.assign(globalThis, { isOld: true })
      })
  })
  afterAll(async () => {
    await browser?.close()
    await app?.close()
    await rm(builds, { recursive: true, force: true })
  })

  const isOld = (page: Page): Promise<boolean> => page.evaluate(() => 'isOld' in globalThis)
  const offer = (page: Page) => page.getByText('A newer Drover is ready. Reload when it suits you.')
  const reload = (page: Page) => page.getByRole('button', { name: 'Reload' })
  const next = (page: Page) => page.getByText('New run, next').first()
  const comeToForeground = (page: Page): Promise<void> =>
    page.evaluate(() => void document.dispatchEvent(new Event('visibilitychange')))

  test('the new version is offered to every tab, and takes over in none by itself', async () => {
    await app.kill('SIGTERM')
    await app.start({ DROVER_WEB_DIR: join(builds, 'next') })
    await comeToForeground(first)
    await offer(first).waitFor()
    await offer(second).waitFor()
    expect([await isOld(first), await isOld(second)]).toEqual([true, true])
    // It waits: the one that serves is still the first.
    expect(
      await first.evaluate(async () => {
        const registration = await navigator.serviceWorker.getRegistration()
        return [registration?.active?.state, registration?.waiting?.state]
      }),
    ).toEqual(['activated', 'installed'])
  })

  test('what was put off stays put off, and the page goes on', async () => {
    await second.getByRole('button', { name: 'Later' }).click()
    await offer(second).waitFor({ state: 'detached' })
    await comeToForeground(second)
    expect(await isOld(second)).toBe(true)
  })

  test('messages that wait on the device outlive the update, in the tab that takes it and in the one that does not, and arrive once', async () => {
    await second.getByRole('row').filter({ hasText: 'Across versions' }).first().dblclick()
    await second.waitForURL(first.url())
    await second.getByRole('textbox', { name: 'Message to the agent' }).waitFor()
    await context.setOffline(true)
    await second
      .getByText(/^Offline/)
      .first()
      .waitFor()
    await second.getByRole('textbox', { name: 'Message to the agent' }).fill('Said by the old version')
    await second.keyboard.press('Enter')
    const others = second.getByRole('listitem').filter({ hasText: 'Said by the old version' })
    await others.getByText('On this device').waitFor()
    await first
      .getByText(/^Offline/)
      .first()
      .waitFor()
    await first.getByRole('textbox', { name: 'Message to the agent' }).fill('Said before the update')
    await first.keyboard.press('Enter')
    const waiting = first.getByRole('listitem').filter({ hasText: 'Said before the update' })
    await waiting.getByText('On this device').waitFor()
    await first.getByRole('textbox', { name: 'Message to the agent' }).fill('Half a thought')

    await reload(first).click()
    await next(first).waitFor()
    expect(await isOld(first)).toBe(false)
    await waiting.getByText('On this device').waitFor()
    expect(await first.getByRole('textbox', { name: 'Message to the agent' }).inputValue()).toBe('Half a thought')

    await context.setOffline(false)
    await waiting.getByText('On this device').waitFor({ state: 'detached', timeout: 40_000 })
    await others.getByText('On this device').waitFor({ state: 'detached', timeout: 40_000 })
    // Each is a turn of its own.
    for (const page of [first, second])
      for (const text of ['Said before the update', 'Said by the old version']) {
        await page.getByRole('log').getByText(text).waitFor({ timeout: 40_000 })
        expect(await page.getByText(text, { exact: true }).count()).toBe(1)
      }
  })

  test('the other tab goes on with the old version, opens parts of it that it had not yet, and reloads when told', async () => {
    expect(await isOld(second)).toBe(true)
    await second.getByRole('link', { name: 'Settings' }).click()
    await second.getByRole('heading', { name: 'Passkeys' }).waitFor()
    expect(await isOld(second)).toBe(true)
    // A version that was put off is not offered again in this tab; its reload is the browser's own.
    await second.reload()
    await next(second).waitFor()
  })

  test('“Reload” in a tab whose new version was taken by another one loads it', async () => {
    await app.kill('SIGTERM')
    await app.start({ DROVER_WEB_DIR: join(builds, 'now') })
    await comeToForeground(first)
    await offer(first).waitFor()
    await offer(second).waitFor()
    await reload(first).click()
    await next(first).waitFor({ state: 'detached' })
    await reload(second).click()
    await next(second).waitFor({ state: 'detached' })
  })

  test('no page threw or logged an error', () => {
    expect(problems).toEqual([])
  })
})

function buildNext(outDir: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const vite = spawn(
      process.execPath,
      [
        join(root, 'node_modules/vite/bin/vite.js'),
        'build',
        ...['--config', join(import.meta.dirname, 'next.vite.config.ts')],
        ...['--outDir', outDir, '--emptyOutDir', '--logLevel', 'error'],
      ],
      { cwd: root, env: { ...process.env, NODE_ENV: 'production' }, stdio: 'inherit' },
    )
    vite.once('error', reject)
    vite.once('exit', (code) => (code === 0 ? resolve() : reject(new Error(`vite build ended with ${String(code)}`))))
  })
}
