import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  allowOnce,
  browserPath,
  desktop,
  emailOf,
  fillRun,
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

  test('a run that is to keep nothing says so, and nothing of its files is at the server', async () => {
    await page.goto(`${app.origin}/new`)
    await fillRun(page, '```sh\necho made > made.txt\n```')
    await page.getByText('More', { exact: true }).click()
    const keep = page.getByRole('switch', { name: 'Keep the workspace afterwards' })
    expect(await keep.isChecked()).toBe(true)
    await keep.press('Space')
    await page.getByText('Nothing of its files is saved at the server.', { exact: false }).waitFor()
    await shot(page, 'keep-nothing')
    expect.soft(await axeFindings(page)).toEqual([])
    await page.keyboard.press('Control+Enter')
    await page.waitForURL(/\/runs\/[0-9a-f-]{36}/)
    await page.getByText('nothing of its workspace is kept', { exact: false }).waitFor()
    await allowOnce(page).click()
    const id = page.url().split('/').at(-1) ?? ''
    const left = () => page.evaluate(async (path) => (await fetch(path)).json(), `/api/v1/runs/${id}/handoff`)
    await expect.poll(left, { timeout: 20_000 }).toMatchObject({ run: { state: 'SUCCEEDED' } })
    expect(await left()).not.toHaveProperty('snapshot')
    expect(problems).toEqual([])
  })

  test('a key for programs is made, shown once, listed with its end and its use, and revoked', async () => {
    await page.goto(`${app.origin}/settings/devices`)
    await page.getByRole('button', { name: 'New API key' }).press('Enter')
    const dialog = page.getByRole('dialog', { name: 'New API key' })
    await dialog.getByLabel('Name').pressSequentially('Nightly handoff')
    await page.keyboard.press('Enter')
    const shown = await dialog.getByText('DROVER_API_KEY=drp_').innerText()
    const key = /drp_[\w-]{43}/.exec(shown)?.[0] ?? ''
    await shot(page, 'api-key')
    await page.keyboard.press('Escape')
    const row = page.getByRole('listitem').filter({ hasText: 'Nightly handoff' })
    await row.getByText('never used', { exact: false }).waitFor()
    expect(await row.innerText()).toMatch(/ends \d+ \w{3}/)
    expect(await page.content()).not.toContain(key)
    const me = (): Promise<Response> =>
      fetch(`${app.origin}/api/v1/me`, { headers: { authorization: `Bearer ${key}` } })
    expect((await me()).status).toBe(200)
    await page.reload()
    await row.getByText('last used', { exact: false }).waitFor()
    await shot(page, 'api-keys')
    expect.soft(await axeFindings(page)).toEqual([])
    await row.getByRole('button', { name: 'Revoke Nightly handoff' }).press('Enter')
    await page
      .getByRole('alertdialog')
      .or(page.getByRole('dialog'))
      .getByRole('button', { name: 'Revoke' })
      .press('Enter')
    await page.getByText('No API keys.').waitFor()
    expect((await me()).status).toBe(401)
    expect(problems).toEqual([])
  })
})
