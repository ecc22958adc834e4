import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
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
import { openKillableBrowser, type KillableBrowser } from './killable-browser.ts'
import { freePort, openRoad, type Road } from './road.ts'

const required = process.env['DROVER_REQUIRE'] === 'all'
/** More entries than a device gets with its first answer. */
const steps = 260
const longRun = `# A long jam\n\n${Array.from({ length: steps }, (_, at) => `\`\`\`sh\necho "stirred ${at + 1} times"\n\`\`\`\n`).join('\n')}`

/** Somebody opens a long run that they never scrolled through, keeps it, and is in the train. */
describe.skipIf(browserPath === undefined && !required)('a run that is kept offline (needs Chromium)', () => {
  const problems: string[] = []
  let app: RunningApp
  let road: Road
  let desk: Browser
  let pocket: KillableBrowser
  let page: Page
  let run = ''

  beforeAll(async () => {
    const port = await freePort()
    road = await openRoad(port)
    app = await startApp({ port, environment: { DROVER_PUBLIC_URL: road.origin } })
    desk = await launchBrowser()
    const room = await desk.newContext(desktop)
    const first = await openPage(room, problems)
    await makeAccount(first, app.link)
    run = await startRun(first, road.origin, longRun)
    await first.getByText('Done', { exact: true }).first().waitFor({ timeout: 60_000 })
    pocket = await openKillableBrowser()
    const context = await pocket.start()
    await context.addCookies(await room.cookies())
    page = await openPage(context, problems)
    await page.setViewportSize(desktop.viewport)
  })
  afterAll(async () => {
    await pocket?.close()
    await desk?.close()
    await app?.close()
    await road?.close()
  })

  const find = () => page.getByRole('search', { name: 'Find in this run' })
  const look = async (words: string): Promise<void> => {
    await page.getByRole('log').waitFor()
    await page.keyboard.press('Control+f')
    await find().getByRole('textbox').fill(words)
  }

  test('is only there as far as it was shown, and says so, until it is kept', async () => {
    await page.goto(run)
    await page.getByText(`stirred ${steps} times`).first().waitFor()
    await look('stirred 3 times')
    await find().getByText('Nothing found').waitFor()
    await find().getByText('Older parts are not on this device.').waitFor()
    expect(await axeFindings(page)).toEqual([])
    await page.keyboard.press('Escape')
    await page.getByRole('banner').or(page.locator('header')).getByRole('button', { name: 'More' }).last().click()
    await page.getByRole('menuitem', { name: 'Keep offline' }).click()
    await page.getByText('Kept offline', { exact: true }).waitFor()
    await page.goto(`${road.origin}/settings/device`)
    await page.getByRole('list', { name: 'Kept offline' }).getByRole('link', { name: 'A long jam' }).waitFor()
    expect(await axeFindings(page)).toEqual([])
    await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined))
  })

  test('is whole after a cold start without a network: its words are found, and shown where they stand', async () => {
    await pocket.quit()
    await road.set('cut')
    page = await openPage(await pocket.start(), problems)
    await page.setViewportSize(desktop.viewport)
    await page.goto(run)
    await page.getByText('Kept offline', { exact: true }).waitFor()
    await look('STIRRED 3 TIMES')
    // The prompt says it, and the step.
    await find().getByText('2 of 2').waitFor()
    await page.getByRole('log').getByText('stirred 3 times').first().waitFor()
    // From one to the next by keys, around the ends.
    await find().getByRole('textbox').fill('stirred 25')
    await find()
      .getByText(/^\d+ of 12$/)
      .waitFor()
    const before = await find().getByRole('status').innerText()
    await page.keyboard.press('Enter')
    await expect.poll(() => find().getByRole('status').innerText()).not.toBe(before)
    await page.keyboard.press('Shift+Enter')
    await expect.poll(() => find().getByRole('status').innerText()).toBe(before)
    await page.keyboard.press('Escape')
    await page.getByRole('log').press('Control+Home')
    await page.getByText('Start of the run').first().waitFor()
  })

  test('finds on the phone too, and axe finds nothing there', async () => {
    await page.setViewportSize(phone.viewport)
    await page.getByRole('button', { name: 'More' }).last().click()
    await page.getByRole('menuitem', { name: 'Find in this run' }).click()
    await find().getByRole('textbox').fill('stirred 200')
    await find().getByText('2 of 2').waitFor()
    await page.getByRole('log').getByText('stirred 200 times').first().waitFor()
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme })
      expect(await axeFindings(page)).toEqual([])
    }
  })

  test('no page threw or logged an error', () => {
    expect(problems).toEqual([])
  })
})
