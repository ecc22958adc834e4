import type { Browser, BrowserContext, Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { axeFindings } from './axe.ts'
import { browserPath, desktop, launchBrowser, makeAccount, openPage, phone, startApp, type RunningApp } from './app.ts'

const required = process.env['DROVER_REQUIRE'] === 'all'

/** Two people review a plan, one at a desk and one with a phone. Each test goes on where the one before ended. */
describe.skipIf(browserPath === undefined && !required)('reviews of plans (needs Chromium)', () => {
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
        '# Extract billing\n\nOne package and one test.\n\nThe **admin app** reads the ledger.\n\n- [ ] Move models\n',
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
  const suggestion = (on: Page) => on.getByRole('group', { name: 'Suggestion' })
  const openOnPhone = async (): Promise<void> => {
    await mobile.getByRole('button', { name: 'More of this plan' }).tap()
    await mobile.getByRole('menuitem', { name: /^Comments/ }).tap()
    await mobile.getByRole('dialog', { name: 'Comments' }).waitFor()
  }
  const closeOnPhone = () =>
    mobile.getByRole('dialog', { name: 'Comments' }).getByRole('button', { name: 'Close' }).first().tap()
  /** The first words of a line, by the keyboard; again until they are what is selected, since the text may just be drawn anew. */
  async function select(text: string, words: number): Promise<void> {
    await expect
      .poll(async () => {
        await line(desk, text).click()
        await desk.keyboard.press('Home')
        for (let word = 0; word < words; word++) {
          await desk.keyboard.press('Control+Shift+ArrowRight')
          // The editor hears of a selection some time after it is drawn.
          await desk.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve))))
        }
        return desk.evaluate(() => getSelection()?.toString().trim())
      })
      .toBe(text)
  }

  test('one asks for changes from a phone, and the other reads the note at the desk', async () => {
    await mobile.getByRole('button', { name: 'Review this plan' }).tap()
    const dialog = mobile.getByRole('dialog', { name: 'Review of this plan' })
    await dialog.getByRole('radio', { name: 'Request changes' }).check()
    await dialog.getByRole('textbox', { name: 'Note' }).fill('One test is not enough.')
    expect(await axeFindings(mobile)).toEqual([])
    await dialog.getByRole('button', { name: 'Request changes' }).tap()
    await desk.getByRole('button', { name: 'Review this plan: 1 wants changes' }).click()
    const there = desk.getByRole('dialog', { name: 'Review of this plan' })
    await there.getByText('One test is not enough.').waitFor()
    await there.getByText('As it is now').waitFor()
    expect(await axeFindings(desk)).toEqual([])
    await desk.keyboard.press('Escape')
  })

  test('a change is suggested by the keyboard, accepted from the phone, and is in the text of both with its marks', async () => {
    await select('One package and one test', 5)
    await desk.keyboard.press('Control+Alt+m')
    await desk.getByRole('textbox', { name: 'New comment' }).waitFor()
    await desk.getByRole('button', { name: 'Suggest a change' }).click()
    await desk
      .getByRole('textbox', { name: 'What these words should say instead' })
      .fill('One package and one set of tests')
    await desk.keyboard.press('Control+Enter')
    await suggestion(desk).getByText('set of tests').waitFor()
    expect(await axeFindings(desk)).toEqual([])
    await openOnPhone()
    await suggestion(mobile).waitFor()
    expect(await axeFindings(mobile)).toEqual([])
    await suggestion(mobile).getByRole('button', { name: 'Accept' }).tap()
    await textbox(desk).getByText('One package and one set of tests.').waitFor()
    await suggestion(mobile).waitFor({ state: 'detached' })
    await closeOnPhone()
    await textbox(mobile).getByText('One package and one set of tests.').waitFor()
    await desk.getByRole('button', { name: 'Handled (1)' }).click()
    await suggestion(desk).getByText('Accepted by Jonas, and in the text').waitFor()
  })

  test('what was accepted without a network says so, and is in the text once it is back', async () => {
    await select('The admin app', 3)
    await desk.keyboard.press('Control+Alt+m')
    await desk.getByRole('textbox', { name: 'New comment' }).waitFor()
    await desk.getByRole('button', { name: 'Suggest a change' }).click()
    await desk.getByRole('textbox', { name: 'What these words should say instead' }).fill('The old admin app')
    await desk.keyboard.press('Control+Enter')
    await openOnPhone()
    await suggestion(mobile).waitFor()
    await phoneContext.setOffline(true)
    await suggestion(mobile).getByRole('button', { name: 'Accept' }).tap()
    await suggestion(mobile).getByText('Accepted, not sent.').waitFor()
    expect(await textbox(desk).getByText('The old admin app').count()).toBe(0)
    await phoneContext.setOffline(false)
    await expect.poll(() => line(desk, 'admin app').innerText()).toBe('The old admin app reads the ledger.')
    expect(await line(desk, 'admin app').locator('strong').innerText()).toBe('admin app')
    await closeOnPhone()
  })

  test('what has changed since a review is compared, the plan is approved, and its state is set with one press', async () => {
    await desk.getByRole('button', { name: 'Review this plan: 1 wants changes' }).click()
    await desk.getByRole('button', { name: /^Changed since: show what is different/ }).click()
    const changes = desk.getByRole('dialog', { name: /^What changed since version/ })
    await changes.getByText('set of').waitFor()
    await changes.getByRole('button', { name: 'Close the changes' }).click()
    await mobile.getByRole('button', { name: 'Review this plan: 1 wants changes' }).tap()
    const dialog = mobile.getByRole('dialog', { name: 'Review of this plan' })
    await dialog.getByRole('radio', { name: 'Approve' }).check()
    await dialog.getByRole('button', { name: 'Approve' }).tap()
    await mobile.getByRole('button', { name: 'Set to Approved' }).tap()
    await desk.getByRole('button', { name: 'Review this plan: 1 approved' }).waitFor()
    await desk
      .getByRole('button', { name: /Approved/ })
      .first()
      .waitFor()
    await desk.goto(`${app.origin}/plans`)
    await desk
      .getByRole('row', { name: /Extract billing/ })
      .getByText('1 approved')
      .waitFor()
    await desk.goBack()
    await textbox(desk).getByText('One package').waitFor()
  })

  test('open comments go along with a new run, and are noted as given to it', async () => {
    await line(desk, 'One package').click()
    await desk.keyboard.press('Escape')
    await desk.keyboard.press('c')
    await desk.getByRole('textbox', { name: 'New comment' }).fill('Who owns the ledger?')
    await desk.keyboard.press('Control+Enter')
    await desk.getByRole('button', { name: 'Send 1 thread to a new run' }).click()
    await desk.waitForURL(/comments=open/)
    await desk.getByText('Its open comments go along, with the plan as it is now').waitFor()
    expect(await axeFindings(desk)).toEqual([])
    await desk.getByRole('radio', { name: 'On the machine itself' }).check()
    await desk.getByRole('button', { name: 'Start run' }).click()
    await desk.waitForURL(/\/runs\/[0-9a-f-]{36}/)
    await desk.getByText('Who owns the ledger?').first().waitFor()
    await openOnPhone()
    await mobile.getByText('Who owns the ledger?').waitFor()
    await mobile.getByText(/^Sent to /).waitFor()
    await closeOnPhone()
  })

  test('no page threw or logged an error', () => {
    expect(problems.filter((problem) => !/ERR_INTERNET_DISCONNECTED/.test(problem))).toEqual([])
  })
})
