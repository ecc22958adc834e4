import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startRunner } from '../fakes/runner.ts'
import { spender } from '../fakes/spender.ts'
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
  type RunningApp,
} from './app.ts'
import { axeFindings } from './axe.ts'

const required = process.env['DROVER_REQUIRE'] === 'all'
/** A folder for pictures of the pages; none are taken without it. */
const pictures = process.env['DROVER_PICTURES']

/** A run that spends asks at its limit, on the phone too, and goes on with more. */
describe.skipIf(browserPath === undefined && !required)('what runs cost (needs Chromium)', () => {
  const problems: string[] = []
  let app: RunningApp
  let browser: Browser
  let page: Page
  let mobile: Page
  let runner: Awaited<ReturnType<typeof startRunner>>

  beforeAll(async () => {
    app = await startApp()
    browser = await launchBrowser()
    page = await openPage(await browser.newContext(desktop), problems)
    mobile = await openPage(await browser.newContext(phone), problems)
    await makeAccount(page, app.link)
    const key = await page.evaluate(async () => {
      const me = (await (await fetch('/api/v1/me')).json()) as { team: { id: string } }
      const made = await fetch(`/api/v1/teams/${me.team.id}/runner-keys`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ name: 'spender' }),
      })
      return ((await made.json()) as { key: string }).key
    })
    runner = await startRunner({ url: app.origin, key, harnesses: [spender] })
  })
  afterAll(async () => {
    await runner?.close()
    await browser?.close()
    await app?.close()
  })

  /** Both themes, where pictures are wanted. */
  async function shot(on: Page, name: string): Promise<void> {
    if (pictures === undefined) return
    mkdirSync(pictures, { recursive: true })
    for (const colorScheme of ['light', 'dark'] as const) {
      await on.emulateMedia({ colorScheme })
      await on.screenshot({ path: join(pictures, `${name}-${on === mobile ? '390' : '1440'}-${colorScheme}.png`) })
    }
    await on.emulateMedia({ colorScheme: 'light' })
  }
  async function looksAt(on: Page, path: string, heading: string, name: string): Promise<void> {
    await on.goto(`${app.origin}${path}`)
    await on.getByRole('heading', { name: heading }).first().waitFor()
    await shot(on, name)
    expect.soft(await axeFindings(on)).toEqual([])
  }

  test('an admin sets what a run may cost', async () => {
    await page.goto(`${app.origin}/settings/budgets`)
    const field = page.getByRole('textbox', { name: 'One run' })
    await field.fill('2')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('set one run to $2.00').waitFor()
    await shot(page, 'budgets')
    expect.soft(await axeFindings(page)).toEqual([])
    await looksAt(page, '/settings/agents', 'Spender', 'agents')
  })

  test('the run stops at that and asks on the phone, and goes on when it is given more', async () => {
    await page.goto(`${app.origin}/new`)
    await page.getByRole('textbox', { name: 'What should be done' }).fill('Calls: 3')
    await page.getByRole('button', { name: /^Agent/ }).click()
    await page.getByRole('option', { name: 'Spender' }).click()
    await page.getByRole('radio', { name: /On the machine itself/ }).check()
    await shot(page, 'new-run')
    await page.keyboard.press('Control+Enter')
    await page.waitForURL(/\/runs\/[0-9a-f-]{36}/)

    await mobile.goto(`${app.origin}/sign-in`)
    await mobile.getByLabel('Email').fill(emailOf('Mara Lindqvist'))
    await mobile.locator('input[type=password]').first().fill(password)
    await mobile.keyboard.press('Enter')
    await mobile.waitForURL('**/runs')
    await mobile.goto(page.url())
    await mobile.getByText('This run has spent $2.00 of $2.00').first().waitFor()
    await shot(mobile, 'asks')
    expect.soft(await axeFindings(mobile)).toEqual([])
    await mobile.getByRole('button', { name: 'Go on with $2.00 more' }).click()
    await page.getByText('Done', { exact: true }).first().waitFor()
    await page.getByText('$3.00 of $4.00').first().waitFor()
    await shot(page, 'run')
  })

  test('what it cost stands on the page of the team’s usage, by day and as a table', async () => {
    await page.getByRole('link', { name: 'Usage' }).click()
    await page.getByRole('table', { name: 'By model' }).getByText('$3.00').waitFor()
    const chart = page.getByRole('slider')
    await chart.focus()
    await page.keyboard.press('End')
    expect(await chart.getAttribute('aria-valuetext')).toMatch(/: \$3\.00$/)
    await page.getByRole('link', { name: /Calls: 3/ }).waitFor()
    await shot(page, 'usage')
    expect.soft(await axeFindings(page)).toEqual([])
    await looksAt(mobile, '/usage', 'Usage', 'usage')
    await mobile.setViewportSize({ width: 320, height: 700 })
    expect(await mobile.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320)
    expect(problems).toEqual([])
  })
})
