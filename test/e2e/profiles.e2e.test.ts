import type { Browser, BrowserContext, Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  allowOnce,
  browserPath,
  desktop,
  fillRun,
  launchBrowser,
  makeAccount,
  openPage,
  phone,
  startApp,
  type RunningApp,
} from './app.ts'

const required = process.env['DROVER_REQUIRE'] === 'all'
const block = (command: string): string => `\`\`\`sh\n${command}\n\`\`\`\n`

/** A profile that lets tests run and asks before deletes; made at a desk, switched from a phone while the run asks. */
describe.skipIf(browserPath === undefined && !required)('profiles (needs Chromium)', () => {
  const problems: string[] = []
  let app: RunningApp
  let browser: Browser
  let context: BrowserContext
  let page: Page
  let hand: Page

  beforeAll(async () => {
    app = await startApp()
    browser = await launchBrowser()
    context = await browser.newContext(desktop)
    page = await openPage(context, problems)
    await makeAccount(page, app.link)
    hand = await openPage(await browser.newContext({ ...phone, storageState: await context.storageState() }), problems)
  })
  afterAll(async () => {
    await browser?.close()
    await app?.close()
  })

  const choose = async (on: Page, label: string | RegExp, choice: string | RegExp): Promise<void> => {
    await on.getByRole('button', { name: label }).click()
    await on.getByRole('option', { name: choice }).click()
  }
  const part = (on: Page, text: string): Locator =>
    on.getByRole('status').getByRole('listitem').filter({ hasText: text })

  test('is made by keyboard, and says of a command part by part what would happen, before it is saved', async () => {
    await page.goto(`${app.origin}/settings/profiles`)
    await page.getByRole('button', { name: 'Open Standard' }).waitFor()
    await page.getByRole('button', { name: 'New profile' }).focus()
    await page.keyboard.press('Enter')
    await page.getByRole('textbox', { name: 'Name' }).fill('Tests go')
    await page.getByRole('radio', { name: /The team/ }).check()
    // A new one begins as the default, which asks before changes.
    await choose(page, /^Change files/, /^Agent decides/)
    await page.getByRole('textbox', { name: 'Command', exact: true }).fill('make tests && rm -f old')
    await part(page, 'make tests').getByText('Asks').waitFor()
    await page.getByRole('textbox', { name: 'Go without a question' }).first().fill('make (\n[a-z]+ tests')
    await part(page, 'make tests').getByText('Goes').waitFor()
    await part(page, 'rm -f old').getByText('Asks').waitFor()
    await page.getByRole('button', { name: 'Make the profile' }).click()
    await page.getByText('make (: The rule is no regular expression', { exact: false }).waitFor()
    await page.getByRole('textbox', { name: 'Go without a question' }).first().fill('make tests')
    await page.getByRole('button', { name: 'Make the profile' }).click()
    await page.getByRole('heading', { name: 'Tests go' }).waitFor()
  })

  test('lets tests run and asks before a deletion; a switch from the phone lets it go, and says so', async () => {
    await page.goto(`${app.origin}/new`)
    await fillRun(
      page,
      `# Tidy\n\n${block("printf 'tests:\\n\\t@echo all green\\n' > Makefile")}${block('make tests')}${block('rm -f old')}`,
    )
    await choose(page, /^Profile/, /^Tests go/)
    await page.getByRole('button', { name: /^Start run/ }).click()
    await page.waitForURL(/\/runs\/[0-9a-f-]{36}/)
    await page.getByText('The profile Tests go asks before commands that delete.').waitFor()
    expect(await allowOnce(page).count()).toBe(1)
    await hand.goto(page.url())
    await hand.getByRole('button', { name: 'Put aside' }).tap()
    await hand.getByRole('button', { name: /^More/ }).tap()
    await hand.getByRole('menuitem', { name: 'Details' }).tap()
    await choose(hand, /^Profile of this run/, 'Autonomous')
    for (const on of [page, hand]) {
      await on.getByText('From here on the run is worked under the profile Autonomous.').first().waitFor()
      await on
        .getByText(/^Allowed by the profile Autonomous/)
        .first()
        .waitFor()
    }
    await page.getByText('Done', { exact: true }).first().waitFor()
  })

  test('nothing went wrong on the pages', () => {
    expect(problems).toEqual([])
  })
})
