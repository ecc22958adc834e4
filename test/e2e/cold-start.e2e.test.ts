import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  allowOnce,
  asking,
  browserPath,
  desktop,
  fillRun,
  makeAccount,
  openPage,
  startApp,
  startRun,
  type RunningApp,
} from './app.ts'
import { openKillableBrowser, type KillableBrowser } from './killable-browser.ts'
import { freePort, openRoad, type Road } from './road.ts'

const titles = ['Changes a file', 'Waits for an answer', 'Waits to be stopped']
const required = process.env['DROVER_REQUIRE'] === 'all'

/** The app on a train: its process is killed, the network is gone, it is opened, used, killed again, and opened at home. */
describe.skipIf(browserPath === undefined && !required)('a cold start (needs Chromium)', () => {
  const problems: string[] = []
  let repository = ''
  let app: RunningApp
  let road: Road
  let browser: KillableBrowser
  let page: Page
  let changed = ''
  let answered = ''
  let stopped = ''

  beforeAll(async () => {
    repository = await makeRepository()
    const port = await freePort()
    road = await openRoad(port)
    app = await startApp({ port, environment: { DROVER_PUBLIC_URL: road.origin } })
    browser = await openKillableBrowser()
    page = await open()
    await makeAccount(page, app.link)
    await page.goto(`${road.origin}/new`)
    await page.getByRole('textbox', { name: 'Repository or folder' }).fill(repository)
    await fillRun(page, asking('Changes a file', 'sed -i s/plum/quince/ fruit.txt && echo "the jam is ready"'))
    await page.keyboard.press('Control+Enter')
    await page.waitForURL(/\/runs\/[0-9a-f-]{36}/)
    changed = page.url()
    await allowOnce(page).click()
    await page.getByText('Done', { exact: true }).first().waitFor()
    await page.getByRole('log').getByText('the jam is ready').first().waitFor()
    await page.getByText('fruit.txt').first().waitFor()
    await isKept(changed, ['the jam is ready', 'Files changed'])
    answered = await startRun(page, road.origin, asking('Waits for an answer', 'touch answered'))
    await allowOnce(page).waitFor()
    await isKept(answered, ['Waits for an answer', 'Allow once'])
    stopped = await startRun(page, road.origin, asking('Waits to be stopped', 'touch never'))
    await allowOnce(page).waitFor()
    await isKept(stopped, ['Waits to be stopped', 'Allow once'])
    await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined))
    // Chromium writes cookies down half a minute late, and at its end: the session is older than the journey.
    await browser.quit()
    page = await open()
    await page.goto(`${road.origin}/runs`)
    await page
      .getByText(/^Up to date/)
      .first()
      .waitFor()
  })
  afterAll(async () => {
    await browser?.close()
    await app?.close()
    await road?.close()
    await rm(repository, { recursive: true, force: true })
  })

  async function open(): Promise<Page> {
    const opened = await openPage(await browser.start(), problems)
    await opened.setViewportSize(desktop.viewport)
    return opened
  }
  /**
   * Replicache writes down what it got some time later: until it has, a kill means to load it again. A tab that reaches no server
   * sees what the next start of the app will.
   */
  async function isKept(url: string, texts: readonly string[]): Promise<void> {
    for (let tries = 0; tries < 20; tries++) {
      const tab = await page.context().newPage()
      await tab.setViewportSize(desktop.viewport)
      await tab.route('**/api/**', (route) => route.abort())
      await tab.routeWebSocket(/./, () => undefined)
      await tab.goto(url)
      const seen = Promise.all(texts.map((text) => tab.getByText(text).first().waitFor({ timeout: 2_000 })))
      const isThere = await seen.then(
        () => true,
        () => false,
      )
      await tab.close()
      if (isThere) return
    }
    throw new Error(`${texts.join(', ')}: not kept on the device`)
  }

  const composer = (): Locator => page.getByRole('textbox', { name: 'Message to the agent' })
  const onDevice = (): Locator => page.getByText(/^On this device/)

  test('with no network it shows the runs, finds among them, and opens a transcript with its output and diff', async () => {
    await isKept(`${road.origin}/runs`, titles)
    await browser.kill()
    await road.set('cut')
    page = await open()
    await page.goto(`${road.origin}/runs`)
    for (const title of titles) await page.getByText(title).first().waitFor()
    await page
      .getByText(/^Offline/)
      .first()
      .waitFor()
    await page.getByRole('searchbox').fill('quince')
    await page.getByText('Waits to be stopped').first().waitFor({ state: 'detached' })
    expect(await page.getByRole('row').filter({ hasText: 'Changes a file' }).count()).toBe(1)
    await page.goto(changed)
    await page.getByRole('log').getByText('the jam is ready').first().waitFor()
    await page
      .getByRole('button', { name: /^fruit\.txt/ })
      .first()
      .click()
    await page.getByRole('dialog').getByText('quince').first().waitFor()
    await page.getByRole('dialog').getByText('plum').first().waitFor()
  })

  test('an answer, a message, a stop and a new run are kept, each with its state', async () => {
    await page.goto(answered)
    await allowOnce(page).click()
    await onDevice().first().waitFor()
    await composer().fill('Said on the train')
    await page.keyboard.press('Enter')
    await page.getByRole('listitem').filter({ hasText: 'Said on the train' }).getByText('On this device').waitFor()

    await page.goto(stopped)
    await page.getByRole('button', { name: 'Stop', exact: true }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Stop', exact: true }).click()
    await onDevice().first().waitFor()

    await page.goto(`${road.origin}/new`)
    await page.getByText('Offline. The run is kept on this device and starts once it is sent.').waitFor()
    await fillRun(page, '# Made on the train\n\n```sh\necho "at home"\n```\n')
    await page.keyboard.press('Control+Enter')
    await page.waitForURL(/\/runs\/[0-9a-f-]{36}/)
    await browser.kill()
  })

  test('still with no network, after another kill, all four are there', async () => {
    page = await open()
    await page.goto(`${road.origin}/runs`)
    await page.getByText('Made on the train').first().waitFor()
    await page.getByRole('link', { name: /^Offline/ }).click()
    await page.getByRole('heading', { name: '4 wait to be sent' }).waitFor()
    await expect.poll(() => page.locator('[data-item]').getByText('On this device').count()).toBe(4)
    await browser.kill()
  })

  test('with the network back each has its effect once, in order', async () => {
    await road.set('open')
    page = await open()
    await page.goto(answered)
    const log = page.getByRole('log')
    await log.getByText('Said on the train').waitFor({ timeout: 60_000 })
    await page.getByText('You allowed this once').first().waitFor()
    await page.getByText('Done', { exact: true }).first().waitFor()
    expect(await log.getByText('Said on the train').count()).toBe(1)
    await onDevice().first().waitFor({ state: 'detached' })

    await page.goto(stopped)
    await page
      .getByText(/^Cancelled by you/i)
      .first()
      .waitFor()

    await page.goto(`${road.origin}/runs`)
    const made = page.getByRole('row').filter({ hasText: 'Made on the train' })
    await made.waitFor()
    expect(await made.count()).toBe(1)
    await made.dblclick()
    await log.getByText('at home').first().waitFor({ timeout: 60_000 })
    await page
      .getByText(/^Up to date/)
      .first()
      .waitFor()
  })

  test('no page threw or logged an error', () => {
    expect(problems).toEqual([])
  })
})

async function makeRepository(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'drover-fruit-'))
  const git = (...args: readonly string[]) =>
    promisify(execFile)('git', ['-C', folder, '-c', 'user.name=Mara', '-c', 'user.email=mara@example.test', ...args])
  await git('init', '--quiet')
  await writeFile(join(folder, 'fruit.txt'), 'apple\nplum\n')
  await git('add', '.')
  await git('commit', '--quiet', '--message', 'fruit')
  return folder
}
