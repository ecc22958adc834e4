import type { Browser, BrowserContext, Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeRepository } from '../fakes/runner.ts'
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
import { axeFindings } from './axe.ts'
import { keptState } from './kept-state.ts'

const required = process.env['DROVER_REQUIRE'] === 'all'

const lines = Array.from({ length: 40 }, (_, index) => `const value${index + 1} = ${index + 1}`)
const first = `sed -i -e 's/^const value2 = 2$/const value2 = 200/' -e 's/^const value30 = 30$/const value30 = 300/' src/values.ts && printf 'one\\ntwo\\n' > src/notes.txt`
const second = `sed -i -e '1i // a new first line' src/values.ts`
const runbook = (...commands: string[]): string =>
  ['# Change values', ...commands.map((command) => `\`\`\`sh\n${command}\n\`\`\``)].join('\n\n')

/** A run's changes are reviewed on a phone and on a desk. Each test goes on where the one before ended. */
describe.skipIf(browserPath === undefined && !required)('the review of a run’s changes (needs Chromium)', () => {
  const problems: string[] = []
  let app: RunningApp
  let browser: Browser
  let mobile: BrowserContext
  let page: Page
  let small: Page
  let repository: Awaited<ReturnType<typeof makeRepository>>

  beforeAll(async () => {
    app = await startApp()
    browser = await launchBrowser()
    repository = await makeRepository({ 'src/values.ts': `${lines.join('\n')}\n`, 'README.md': '# Values\n' })
    const context = await browser.newContext(desktop)
    page = await openPage(context, problems)
    await makeAccount(page, app.link)
    await page.goto(`${app.origin}/new`)
    await fillRun(page, runbook(first, second))
    await page.getByRole('textbox', { name: 'Repository or folder' }).fill(repository.path)
    await page.keyboard.press('Control+Enter')
    await page.waitForURL(/\/runs\/[0-9a-f-]{36}/)
    await allowOnce(page).click()
    mobile = await browser.newContext({ ...phone, storageState: await context.storageState() })
    small = await openPage(mobile, problems)
  })
  afterAll(async () => {
    await browser?.close()
    await app?.close()
    await repository?.remove()
  })

  const dialog = (on: Page): Locator => on.getByRole('dialog', { name: 'Changes' })
  const line = (on: Page, text: string): Locator => dialog(on).locator('code').getByText(text, { exact: true })
  const numberOf = (on: Page, number: number): Locator =>
    dialog(on).locator(`[data-line="${number}"]:not([data-old])`).first()
  const address = (): string => `${page.url().split('?')[0]}?changes=src%2Fvalues.ts`

  test('the phone shows the parts, and five comments are drafts until they are kept', async () => {
    await page
      .getByRole('button', { name: /values\.ts/ })
      .first()
      .waitFor()
    await allowOnce(page).waitFor()
    await small.goto(address())
    // The second command asks, and on a phone the question covers the page until it is put aside.
    await small.getByRole('button', { name: 'Put aside' }).tap()
    await line(small, 'const value2 = 200').waitFor()
    for (const [index, number] of [1, 2, 3, 5, 30].entries()) {
      await numberOf(small, number).tap()
      const sheet = small.getByRole('dialog', { name: 'New comment' })
      await sheet.getByRole('textbox').fill(`Remark ${index + 1}`)
      // What is typed is on the device before it is kept.
      if (index === 0) {
        await expect.poll(() => keptState(small)).toContain('Remark 1')
        await small.reload()
        await small.getByRole('button', { name: 'Put aside' }).tap()
        await dialog(small).getByText('1 comment half written').waitFor()
        await numberOf(small, number).tap()
        expect(await sheet.getByRole('textbox').inputValue()).toBe('Remark 1')
      }
      await sheet.getByRole('button', { name: 'Comment', exact: true }).tap()
      await dialog(small)
        .getByText(`Remark ${index + 1}`, { exact: true })
        .first()
        .waitFor()
    }
    expect(await axeFindings(small)).toEqual([])
  })

  test('without a network they are sent as one message, which the agent gets once', async () => {
    await mobile.setOffline(true)
    await small.getByRole('button', { name: 'Send 5 comments to Runbook' }).tap()
    await small.getByText('Runbook gets them when the turn ends.').waitFor()
    await small.getByRole('button', { name: /^Send \d/ }).waitFor({ state: 'detached' })
    await mobile.setOffline(false)
    const queued = page.getByRole('region', { name: 'Queued messages' }).getByRole('listitem')
    await queued.first().waitFor()
    expect(await queued.count()).toBe(1)
    expect(await queued.first().textContent()).toContain('There are 5 review comments on your changes.')
  })

  test('the diff refreshes while it is open: a comment stays at its line', async () => {
    await page.goto(address())
    await line(page, 'const value2 = 200').waitFor()
    const card = dialog(page).getByRole('article', { name: /Line 30|line 30$/ })
    await card.waitFor()
    await small.goto(address().split('?')[0] ?? '')
    await allowOnce(small).first().tap()
    await line(page, '// a new first line').waitFor()
    // Its line is the next one now, and it stands below that.
    await expect
      .poll(async () => {
        const [at, below] = await Promise.all([line(page, 'const value30 = 300').boundingBox(), card.boundingBox()])
        return at !== null && below !== null && below.y > at.y && below.y < at.y + 60
      })
      .toBe(true)
    expect(await axeFindings(page)).toEqual([])
  })

  test('a part is rejected and a file edited by hand in the workspace, by keyboard', async () => {
    await page.getByRole('group', { name: 'src/values.ts' }).focus()
    await page.keyboard.press('j')
    await page.keyboard.press('j')
    await page.keyboard.press('r')
    await page.getByRole('button', { name: 'Reject', exact: true }).last().click()
    await line(page, 'const value30 = 300').waitFor({ state: 'detached' })
    await page.getByRole('group', { name: 'src/values.ts' }).focus()
    await page.keyboard.press('e')
    const area = page.getByRole('textbox', { name: 'Text of src/values.ts' })
    // The part is gone from the page at once, and from the file once its machine has done it.
    await expect.poll(() => area.inputValue()).toContain('const value30 = 30\n')
    const text = await area.inputValue()
    await area.fill(text.replace('const value40 = 40', 'const value40 = 4000'))
    await page.keyboard.press('Control+Enter')
    await line(page, 'const value40 = 4000').waitFor()
    await page.getByRole('button', { name: 'Close changes' }).click()
    await dialog(page).waitFor({ state: 'detached' })
    await page.getByText('Mara rejected one part of src/values.ts.').waitFor()
    await page.getByText('Mara edited src/values.ts.').waitFor()
  })

  test('no page threw or logged an error', () => {
    expect(problems).toEqual([])
  })
})
