import type { Browser, Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { axeFindings } from './axe.ts'
import {
  allowOnce,
  asking,
  browserPath,
  desktop,
  emailOf,
  launchBrowser,
  makeAccount,
  openPage,
  password,
  startApp,
  type RunningApp,
} from './app.ts'

const required = process.env['DROVER_REQUIRE'] === 'all'
const sizes = [desktop.viewport, { width: 390, height: 844 }]

/** The main story without a mouse, each of its pages looked at by axe in light and dark, wide and narrow. */
describe.skipIf(browserPath === undefined && !required)('with the keyboard alone (needs Chromium)', () => {
  const problems: string[] = []
  let app: RunningApp
  let browser: Browser
  let page: Page

  beforeAll(async () => {
    app = await startApp()
    browser = await launchBrowser()
    const other = await openPage(await browser.newContext(desktop), problems)
    await makeAccount(other, app.link)
    await other.context().close()
    page = await openPage(await browser.newContext(desktop), problems)
  })
  afterAll(async () => {
    await browser?.close()
    await app?.close()
  })

  /** Goes on with Tab until `wanted` has the focus, which is then to be seen. */
  async function tabTo(wanted: Locator): Promise<void> {
    await wanted.waitFor()
    for (let presses = 0; presses < 80; presses++) {
      const state = await wanted.evaluate((of) => {
        const style = getComputedStyle(of)
        const ring = style.outlineStyle !== 'none' && Number.parseFloat(style.outlineWidth) > 0
        return of === document.activeElement ? { ring: ring || style.boxShadow !== 'none' } : undefined
      })
      if (state !== undefined) {
        expect.soft(state, `the focus on ${String(wanted)} is seen`).toEqual({ ring: true })
        return
      }
      await page.keyboard.press('Tab')
    }
    throw new Error(`Tab does not lead to ${String(wanted)}`)
  }

  async function looksRight(): Promise<void> {
    for (const viewport of sizes)
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.setViewportSize(viewport)
        await page.emulateMedia({ colorScheme })
        const findings = await axeFindings(page)
        expect.soft({ at: page.url(), width: viewport.width, colorScheme, findings }).toMatchObject({ findings: [] })
      }
    await page.setViewportSize(desktop.viewport)
    await page.emulateMedia({ colorScheme: 'light' })
  }

  test('signs in', async () => {
    await page.goto(`${app.origin}/sign-in`)
    await tabTo(page.getByLabel('Email'))
    await page.keyboard.type(emailOf('Mara'))
    await looksRight()
    await tabTo(page.getByLabel('Password', { exact: true }))
    await page.keyboard.type(password)
    await page.keyboard.press('Enter')
    await page.waitForURL('**/runs')
    await page.getByText('No runs yet').waitFor()
    await looksRight()
  })

  test('starts a run', async () => {
    await page.keyboard.press('n')
    await page.waitForURL('**/new')
    await tabTo(page.getByRole('textbox', { name: 'What should be done' }))
    await page.keyboard.type(asking('By keyboard', 'echo plum > fruit.txt'))
    const direct = page.getByRole('radio', { name: /On the machine itself/ })
    await expect.poll(() => direct.isEnabled()).toBe(true)
    await tabTo(page.getByRole('radio', { checked: true }))
    await page.keyboard.press('ArrowDown')
    if (!(await direct.isChecked())) await page.keyboard.press('ArrowUp')
    expect(await direct.isChecked()).toBe(true)
    await looksRight()
    // Other sizes draw the form anew.
    await tabTo(page.getByRole('textbox', { name: 'What should be done' }))
    await page.keyboard.press('Control+Enter')
    await page.waitForURL(/\/runs\/[0-9a-f-]{36}/)
  })

  test('answers its question', async () => {
    await allowOnce(page).waitFor()
    await looksRight()
    await tabTo(allowOnce(page))
    await page.keyboard.press('Enter')
    await page.getByText('You allowed this once').first().waitFor()
    await page.getByText('Done', { exact: true }).first().waitFor()
    await looksRight()
  })

  test('reads what changed, and comes back to where it was', async () => {
    const opener = page.getByRole('button', { name: /^fruit\.txt/ }).first()
    await tabTo(opener)
    await page.keyboard.press('Enter')
    const dialog = page.getByRole('dialog', { name: 'Changes' })
    await dialog.getByText('plum').first().waitFor()
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
    await expect.poll(() => opener.evaluate((of) => of === document.activeElement)).toBe(true)
    await page.keyboard.press('Enter')
    await dialog.getByText('plum').first().waitFor()
    await looksRight()
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
  })

  test('finds its way in the list, and to every sheet', async () => {
    await page.keyboard.press('g')
    await page.keyboard.press('r')
    await page.waitForURL('**/runs')
    await page.keyboard.press('/')
    await page.keyboard.type('keyboard')
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await page.waitForURL(/\/runs\/[0-9a-f-]{36}/)
    await page.keyboard.press('?')
    await page.getByRole('dialog', { name: 'Keys' }).waitFor()
    await looksRight()
    await page.keyboard.press('Escape')
    await tabTo(page.getByRole('link', { name: /^Up to date/ }))
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Outbox' }).waitFor()
    await page.locator('[data-item]').getByText('Done').first().waitFor()
    await looksRight()
  })

  test.each(['account', 'devices', 'team', 'runners'])('the %s settings have nothing for axe', async (part) => {
    await page.goto(`${app.origin}/settings/${part}`)
    await page.waitForLoadState('networkidle')
    await looksRight()
  })

  test('no page threw or logged an error', () => {
    expect(problems).toEqual([])
  })
})
