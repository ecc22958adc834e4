import type { Browser, BrowserContext, Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { axeFindings } from './axe.ts'
import { browserPath, desktop, launchBrowser, makeAccount, openPage, phone, startApp, type RunningApp } from './app.ts'

const required = process.env['DROVER_REQUIRE'] === 'all'

/** Two people talk about a plan, one at a desk and one with a phone. Each test goes on where the one before ended. */
describe.skipIf(browserPath === undefined && !required)('comments of plans (needs Chromium)', () => {
  const problems: string[] = []
  let app: RunningApp
  let browser: Browser
  let deskContext: BrowserContext
  let phoneContext: BrowserContext
  let desk: Page
  let mobile: Page

  beforeAll(async () => {
    app = await startApp()
    browser = await launchBrowser()
    deskContext = await browser.newContext({ ...desktop, viewport: { width: 1440, height: 900 } })
    desk = await openPage(deskContext, problems)
    await makeAccount(desk, app.link)
    phoneContext = await browser.newContext(phone)
    mobile = await openPage(phoneContext, problems)
    await desk.goto(`${app.origin}/settings/team`)
    await desk.getByRole('button', { name: 'Invite' }).click()
    const dialog = desk.getByRole('dialog')
    await dialog.getByRole('button', { name: 'Make the link' }).click()
    await makeAccount(mobile, await dialog.getByLabel('Invitation link').innerText(), 'Jonas Okafor')
    await desk.goto(`${app.origin}/plans`)
    await desk.getByText('No plans yet').waitFor()
    await desk.locator('input[type=file]').setInputFiles({
      name: 'billing.md',
      mimeType: 'text/markdown',
      buffer: Buffer.from(
        '# Extract billing\n\nOne package and one set of tests.\n\nThe admin app reads the ledger.\n',
      ),
    })
    await desk.waitForURL(/\/plans\/[0-9a-f-]{36}/)
    await textbox(desk).getByText('One package').waitFor()
    await mobile.goto(desk.url())
    await textbox(mobile).getByText('One package').waitFor()
  })
  afterAll(async () => {
    await browser?.close()
    await app?.close()
  })

  const textbox = (on: Page): Locator => on.getByRole('textbox', { name: 'Text of the plan' })
  const line = (on: Page, text: string) => textbox(on).locator('p', { hasText: text }).first()
  const thread = (on: Page, about: RegExp) => on.getByRole('article', { name: about })
  const marked = (on: Page) =>
    textbox(on).evaluate((box) => [...box.querySelectorAll('[data-thread]')].map((one) => one.textContent).join(''))
  const openOnPhone = async (): Promise<void> => {
    await mobile.getByRole('button', { name: 'More of this plan' }).tap()
    await mobile.getByRole('menuitem', { name: /^Comments/ }).tap()
    await mobile.getByRole('dialog', { name: 'Comments' }).waitFor()
  }
  /** The first words of a line, by the keyboard; again until they are what is selected, since the text may just be drawn anew. */
  async function select(text: string, words: number): Promise<void> {
    await expect
      .poll(async () => {
        await line(desk, text).click()
        await desk.keyboard.press('Home')
        for (let word = 0; word < words; word++) await desk.keyboard.press('Control+Shift+ArrowRight')
        return desk.evaluate(() => getSelection()?.toString().trim())
      })
      .toBe(text)
  }

  test('words are selected and commented by the key; the line under them is not in the text', async () => {
    await select('The admin app', 3)
    await desk.keyboard.press('Control+Alt+m')
    const box = desk.getByRole('textbox', { name: 'New comment' })
    await box.fill('Does it count as outside?')
    await desk.keyboard.press('Control+Enter')
    await thread(desk, /on “The admin app”/)
      .getByText('Does it count as outside?')
      .waitFor()
    await expect.poll(() => marked(desk)).toMatch(/^The admin app ?$/)
    await desk.getByRole('button', { name: 'Hide the comments' }).waitFor()
    await expect.poll(() => marked(mobile)).toMatch(/^The admin app ?$/)
  })

  test('the other answers from a phone, in a sheet, and the answer is here', async () => {
    await openOnPhone()
    const sheet = mobile.getByRole('dialog', { name: 'Comments' })
    await sheet.getByText('Does it count as outside?').waitFor()
    await sheet.getByRole('button', { name: 'Reply' }).tap()
    await sheet.getByRole('textbox', { name: 'Your answer' }).fill('It reads the table directly.')
    await sheet.getByRole('button', { name: 'Reply' }).tap()
    await thread(desk, /on “The admin app”/)
      .getByText('It reads the table directly.')
      .waitFor()
    await sheet.getByRole('button', { name: 'Close' }).first().tap()
  })

  test('what is written around the words moves the comment with them', async () => {
    await line(mobile, 'The admin app').tap()
    await mobile.keyboard.press('Home')
    await mobile.keyboard.type('Mind this: ')
    await textbox(desk).getByText('Mind this:').waitFor()
    await expect.poll(() => marked(desk)).toMatch(/^The admin app ?$/)
    await expect.poll(() => marked(mobile)).toMatch(/^The admin app ?$/)
    await line(desk, 'One package').click()
    await desk.keyboard.press('Home')
    await desk.keyboard.type('Before all:')
    await desk.keyboard.press('Enter')
    await expect.poll(() => marked(mobile)).toMatch(/^The admin app ?$/)
  })

  test('a draft is there again after a reload', async () => {
    await select('One package', 2)
    await desk.getByRole('toolbar', { name: 'Form of the text' }).getByRole('button', { name: 'Comment' }).click()
    await desk.getByRole('textbox', { name: 'New comment' }).fill('Which on')
    await desk.reload()
    const box = desk.getByRole('textbox', { name: 'New comment' })
    await expect.poll(() => box.inputValue()).toBe('Which on')
    await box.fill('Which one?')
    await desk
      .getByRole('complementary', { name: 'Comments' })
      .getByRole('button', { name: 'Comment', exact: true })
      .click()
    await thread(desk, /on “One package”/)
      .getByText('Which one?')
      .waitFor()
  })

  test('a comment whose words were deleted stays, with what it was about', async () => {
    await line(mobile, 'One package').tap()
    await mobile.keyboard.press('Home')
    await mobile.keyboard.press('Shift+End')
    await mobile.keyboard.press('Backspace')
    const gone = thread(desk, /on “One package”/)
    await gone.getByText('This text is not in the plan any more:').waitFor()
    expect(await gone.getByText('Which one?').count()).toBe(1)
    await expect.poll(() => marked(desk)).toMatch(/^The admin app ?$/)
  })

  test('notes and sheet have nothing that axe finds, with a thread whose words are gone too', async () => {
    await openOnPhone()
    expect(await axeFindings(mobile)).toEqual([])
    await mobile.getByRole('dialog', { name: 'Comments' }).getByRole('button', { name: 'Close' }).first().tap()
    expect(await axeFindings(desk)).toEqual([])
  })

  test('a thread that is settled goes, is shown on demand, and can be opened again', async () => {
    const one = thread(desk, /on “The admin app”/)
    await one.getByRole('button', { name: 'Resolve' }).click()
    await one.waitFor({ state: 'detached' })
    await expect.poll(() => marked(mobile)).toBe('')
    await desk.getByRole('button', { name: 'Handled (1)' }).click()
    await one.getByText('Resolved by You').waitFor()
    await one.getByRole('button', { name: 'Open again' }).click()
    await expect.poll(() => marked(mobile)).toMatch(/^The admin app ?$/)
  })

  test('people edit and delete their own', async () => {
    const one = thread(desk, /on “One package”/)
    await one.getByRole('button', { name: 'More of this comment' }).click()
    await desk.getByRole('menuitem', { name: 'Edit' }).click()
    await one.getByRole('textbox', { name: 'The comment' }).fill('Which of the two?')
    await one.getByRole('button', { name: 'Save' }).click()
    await openOnPhone()
    const sheet = mobile.getByRole('dialog', { name: 'Comments' })
    await sheet.getByText('Which of the two?').waitFor()
    await sheet.getByText('edited').waitFor()
    expect(
      await thread(mobile, /on “One package”/)
        .getByRole('button', { name: 'More of this comment' })
        .count(),
    ).toBe(0)
    await one.getByRole('button', { name: 'More of this comment' }).click()
    await desk.getByRole('menuitem', { name: 'Delete' }).click()
    await thread(mobile, /on “One package”/).waitFor({ state: 'detached' })
  })

  test('no page threw or logged an error', () => {
    expect(problems).toEqual([])
  })
})
