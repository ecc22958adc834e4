import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  browserPath,
  desktop,
  emailOf,
  launchBrowser,
  makeAccount,
  openPage,
  password,
  phone,
  startApp,
  startRun,
  type RunningApp,
} from './app.ts'
import { axeFindings } from './axe.ts'

const required = process.env['DROVER_REQUIRE'] === 'all'
/** A folder for pictures of the pages; none are taken without it. */
const pictures = process.env['DROVER_PICTURES']

/** A run's workspace is saved, and the page says what is in it and how to go on with it elsewhere. */
describe.skipIf(browserPath === undefined && !required)('a saved workspace (needs Chromium)', () => {
  const problems: string[] = []
  let app: RunningApp
  let browser: Browser
  let page: Page
  let mobile: Page

  beforeAll(async () => {
    app = await startApp()
    browser = await launchBrowser()
    page = await openPage(await browser.newContext(desktop), problems)
    mobile = await openPage(await browser.newContext(phone), problems)
    await makeAccount(page, app.link)
  })
  afterAll(async () => {
    await browser?.close()
    await app?.close()
  })

  async function shot(on: Page, name: string): Promise<void> {
    if (pictures === undefined) return
    mkdirSync(pictures, { recursive: true })
    for (const colorScheme of ['light', 'dark'] as const) {
      await on.emulateMedia({ colorScheme })
      await on.screenshot({ path: join(pictures, `${name}-${on === mobile ? '390' : '1440'}-${colorScheme}.png`) })
    }
    await on.emulateMedia({ colorScheme: 'light' })
  }

  async function look(on: Page): Promise<void> {
    await on.getByRole('button', { name: 'See files, continue locally' }).click()
    const dialog = on.getByRole('dialog', { name: 'Saved workspace' })
    await dialog.getByText('made.txt').waitFor()
    await dialog.getByText(/^drover continue [0-9a-f-]{36}$/).waitFor()
    await shot(on, 'saved-workspace')
    expect.soft(await axeFindings(on)).toEqual([])
  }

  test('what a run left is listed on the desktop and on the phone, and can be downloaded', async () => {
    const address = await startRun(page, app.origin, '```sh\necho made > made.txt\n```')
    await page.getByRole('button', { name: /^Allow once/ }).click()
    await page.getByText('saved, 1 file', { exact: false }).waitFor()
    await page.getByText('A follow-up goes on in the same workspace', { exact: false }).waitFor()
    await shot(page, 'rail')
    await look(page)
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Download as a patch' }).click(),
    ])
    expect(download.suggestedFilename()).toMatch(/^run-[0-9a-f]{12}\.patch$/)

    await page.goto(`${app.origin}/settings/devices`)
    await page.getByRole('button', { name: 'Sign in the command line' }).click()
    await page
      .getByRole('dialog')
      .getByText(/^drover login 'http:.*#token=.*'$/)
      .waitFor()
    await shot(page, 'sign-in-command')
    expect.soft(await axeFindings(page)).toEqual([])

    await mobile.goto(`${app.origin}/sign-in`)
    await mobile.getByLabel('Email').fill(emailOf('Mara Lindqvist'))
    await mobile.locator('input[type=password]').first().fill(password)
    await mobile.keyboard.press('Enter')
    await mobile.waitForURL('**/runs')
    await mobile.goto(address)
    await mobile.getByRole('button', { name: 'More', exact: true }).click()
    await mobile.getByRole('menuitem', { name: 'Details' }).click()
    await look(mobile)
    expect(problems).toEqual([])
  })
})
