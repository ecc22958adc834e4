import type { Browser, BrowserContext, Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  asking,
  browserPath,
  desktop,
  launchBrowser,
  makeAccount,
  openPage,
  phone,
  startApp,
  startRun,
  type RunningApp,
} from './app.ts'
import { axeFindings } from './axe.ts'

const required = process.env['DROVER_REQUIRE'] === 'all'

/** A shell is opened at a desk and taken over on a phone. Each test goes on where the one before ended. */
describe.skipIf(browserPath === undefined && !required)('the terminal of a run (needs Chromium)', () => {
  const problems: string[] = []
  let app: RunningApp
  let browser: Browser
  let mobile: BrowserContext
  let page: Page
  let small: Page

  beforeAll(async () => {
    app = await startApp()
    browser = await launchBrowser()
    const context = await browser.newContext(desktop)
    page = await openPage(context, problems)
    await makeAccount(page, app.link)
    await startRun(page, app.origin, asking('A run with a shell'))
    mobile = await browser.newContext({ ...phone, storageState: await context.storageState() })
    small = await openPage(mobile, problems)
  })
  afterAll(async () => {
    await browser?.close()
    await app?.close()
  })

  const panel = (on: Page): Locator => on.getByRole('region', { name: 'Terminal', exact: true })
  /** What stands on the screen. */
  const shown = (on: Page): Promise<string> =>
    panel(on)
      .locator('.xterm-rows')
      .evaluate((rows) => [...rows.children].map((row) => (row.textContent ?? '').trimEnd()).join('\n'))

  test('a shell opens beside the transcript and does what is typed', async () => {
    await page.getByRole('button', { name: /^Allow once/ }).waitFor()
    await page.getByRole('button', { name: 'Terminal', exact: true }).click()
    await panel(page).getByText('No terminal is open in this run.').waitFor()
    await panel(page).getByRole('button', { name: 'New shell' }).click()
    await panel(page).getByText('You type here').waitFor()
    await page.keyboard.type('echo "six times seven is $((6*7))"; printf "\\033]52;c;aGk=\\007\\033]0;hostile\\007"')
    await page.keyboard.press('Enter')
    await expect.poll(() => shown(page)).toContain('six times seven is 42')
    // What a program wants of the page it does not get.
    expect(await page.title()).toContain('A run with a shell')
    expect(await axeFindings(page)).toEqual([])
  })

  test('its height is changed by keyboard and pointer, and remembered on the device', async () => {
    const height = async (): Promise<number> => Math.round((await panel(page).boundingBox())?.height ?? 0)
    const edge = panel(page).getByRole('separator', { name: 'Height of the terminal' })
    const first = await height()
    await edge.focus()
    await page.keyboard.press('ArrowUp')
    await page.keyboard.press('ArrowUp')
    await expect.poll(height).toBeGreaterThan(first)
    expect(await edge.getAttribute('aria-valuenow')).toBe('55')
    const box = (await edge.boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 }
    const from = { x: box.x + box.width / 2, y: box.y + box.height / 2 }
    await page.mouse.move(from.x, from.y)
    await page.mouse.down()
    await page.mouse.move(from.x, from.y + 150, { steps: 3 })
    await page.mouse.up()
    await expect.poll(height).toBeLessThan(first)
    const moved = await height()
    await page.reload()
    await expect.poll(height).toBe(moved)
    await edge.dblclick()
    await expect.poll(height).toBe(first)
    expect(await axeFindings(page)).toEqual([])
    await panel(page).getByRole('button', { name: 'Take over' }).click()
    await panel(page).getByText('You type here').waitFor()
  })

  test('a phone watches, takes over, and has the keys that its keyboard lacks', async () => {
    await small.goto(page.url())
    // The run's question covers a phone's page until it is put aside.
    await small.getByRole('button', { name: 'Put aside' }).tap()
    await expect.poll(() => shown(small)).toContain('six times seven is 42')
    await panel(small).getByRole('button', { name: 'Take over' }).tap()
    await panel(page).getByText('You type on another page or device').waitFor()
    await small.keyboard.type('echo wrong; sleep 100')
    await small.keyboard.press('Enter')
    await expect.poll(() => shown(page)).toContain('\nwrong')
    await panel(small).getByRole('button', { name: 'Ctrl' }).tap()
    await small.keyboard.type('c')
    await expect.poll(() => shown(page)).toContain('^C')
    await panel(small).getByRole('button', { name: 'Up', exact: true }).tap()
    await panel(small).getByRole('button', { name: 'Pipe' }).tap()
    await small.keyboard.type(' tr a-z A-Z')
    await panel(small).getByRole('button', { name: 'Ctrl' }).tap()
    await small.keyboard.type('u')
    await small.keyboard.type('echo small')
    await small.keyboard.press('Enter')
    await expect.poll(() => shown(page)).toContain('\nsmall')
    expect(await axeFindings(small)).toEqual([])
  })

  test('without a network it stays readable, says so, and sends nothing later', async () => {
    await mobile.setOffline(true)
    await panel(small)
      .getByText(/^(Offline|Not connected)\./)
      .waitFor()
    await small.keyboard.type('echo later')
    await expect.poll(() => shown(small)).toContain('\nsmall')
    await mobile.setOffline(false)
    await panel(small).getByRole('button', { name: 'Let go' }).waitFor()
    await small.keyboard.type('echo now; exit')
    await small.keyboard.press('Enter')
    await panel(small).getByText('It ended with exit code 0').first().waitFor()
    expect(await shown(small)).not.toContain('later')
  })

  test('its scrollback is kept with the run', async () => {
    await panel(page).getByText('It ended with exit code 0').first().waitFor()
    await page.evaluate(() => navigator.serviceWorker.ready)
    await page.context().setOffline(true)
    await page.reload()
    await expect.poll(() => shown(page)).toContain('\nsmall')
    await page.context().setOffline(false)
    await page.keyboard.press('F6')
    await panel(page).getByRole('button', { name: 'Close the terminal' }).click()
    await panel(page).waitFor({ state: 'detached' })
  })

  test('no page threw or logged an error', () => {
    const unexpected = problems.filter((text) => !/ERR_INTERNET_DISCONNECTED|WebSocket/.test(text))
    expect(unexpected).toEqual([])
  })
})
