import type { Browser, Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { allowOnce, browserPath, desktop, launchBrowser, makeAccount, openPage, phone, startApp } from './app.ts'
import type { RunningApp } from './app.ts'
import { axeFindings } from './axe.ts'

const required = process.env['DROVER_REQUIRE'] === 'all'

const fence = '```'
const markdown = `# Build the shed

What we need first.

## Phase 1

- [ ] Look around

  ${fence}sh
  pwd
  ${fence}
- [ ] Paint it

  ${fence}sh
  touch painted
  ${fence}

## Phase 2

- [ ] Look around
`

/** A plan is executed by a real run, and follows it. Each test goes on where the one before ended. */
describe.skipIf(browserPath === undefined && !required)('a plan that is executed (needs Chromium)', () => {
  const problems: string[] = []
  let app: RunningApp
  let browser: Browser
  let page: Page
  let other: Page
  let planUrl = ''

  beforeAll(async () => {
    app = await startApp()
    browser = await launchBrowser()
    const context = await browser.newContext(desktop)
    page = await openPage(context, problems)
    await makeAccount(page, app.link)
    other = await openPage(context, problems)
  })
  afterAll(async () => {
    await browser?.close()
    await app?.close()
  })

  const dialog = (): Locator => page.getByRole('dialog', { name: 'Execute this plan' })
  const step = (on: Page, name: string, nth = 0): Locator =>
    on.getByRole('checkbox', { name: `Step: ${name}` }).nth(nth)

  test('its section is chosen, then the agent, and the run starts with that part', async () => {
    await page.goto(`${app.origin}/plans`)
    const [chooser] = await Promise.all([
      page.waitForEvent('filechooser'),
      page.getByRole('button', { name: 'Import Markdown' }).first().click(),
    ])
    await chooser.setFiles({ name: 'shed.md', mimeType: 'text/markdown', buffer: Buffer.from(markdown) })
    await page.waitForURL(/\/plans\/[0-9a-f-]{36}/)
    planUrl = page.url()
    await step(page, 'Paint it').waitFor()
    await page.getByText('Saved', { exact: true }).first().waitFor()

    await page.getByRole('button', { name: /^Execute/ }).click()
    await dialog().getByRole('radio', { name: 'One section' }).check()
    await dialog()
      .getByRole('button', { name: /One section/ })
      .click()
    await page.getByRole('option', { name: /Phase 1/ }).click()
    expect(await axeFindings(page)).toEqual([])
    await shot(page, 'execute')
    await dialog().getByRole('button', { name: 'Choose an agent' }).click()
    await page.waitForURL('**/new?*')
    const plan = page.getByRole('region', { name: 'The plan to execute' })
    await plan.getByText('2 of 2 steps open').waitFor()
    await plan.getByText('Phase 1').waitFor()
    await shot(page, 'new-run')
    expect(await axeFindings(page)).toEqual([])
    await page.getByRole('radio', { name: 'On the machine itself' }).check()
    await page.getByRole('button', { name: /^Start run/ }).click()
    await page.waitForURL(/\/runs\/[0-9a-f-]{36}/)
    await allowOnce(page).waitFor()
    await page.getByRole('heading', { name: 'Build the shed: Phase 1', level: 1 }).waitFor()
  })

  test('the plan shows what is done and where its run waits, and leads there', async () => {
    await other.goto(planUrl)
    await other.getByRole('link', { name: /is at this step: Needs you/ }).waitFor()
    await expect.poll(() => step(other, 'Look around').isChecked()).toBe(true)
    expect(await step(other, 'Look around', 1).isChecked()).toBe(false)
    expect(await axeFindings(other)).toEqual([])
    await shot(other, 'at-step')
  })

  test('the agent is told what has changed in the plan, once its person wants that', async () => {
    await other.getByRole('textbox', { name: 'Text of the plan' }).getByText('What we need first.').click()
    await other.keyboard.press('End')
    await other.keyboard.type(' And in green.')
    await other.getByText(/Runbook works from version \d\. The plan has changed since\./).waitFor()
    expect(await axeFindings(other)).toEqual([])
    await shot(other, 'changed')
    await other.getByRole('button', { name: 'Tell it after this turn' }).click()
    await other.getByText(/The plan has changed since/).waitFor({ state: 'detached' })
    await page.getByText('+What we need first. And in green.', { exact: false }).first().waitFor()
    await other.getByRole('link', { name: /is at this step: Needs you/ }).click()
    await other.waitForURL(/\/runs\/[0-9a-f-]{36}/)
    await allowOnce(other).click()
    await page.getByText('Done', { exact: true }).first().waitFor()
  })

  test('at the end its steps are ticked, those of the other part are not, and the run leads back', async () => {
    await page.getByRole('link', { name: 'Phase 1' }).click()
    await page.waitForURL(planUrl)
    await expect.poll(() => step(page, 'Paint it').isChecked()).toBe(true)
    expect(await step(page, 'Look around', 1).isChecked()).toBe(false)
    await page
      .getByRole('region', { name: 'Runs' })
      .getByRole('link', { name: /Phase 1/ })
      .waitFor()
    await page.getByText('Executing').first().waitFor()
    await shot(page, 'ticked')
  })

  test('a phone chooses single steps', async () => {
    const context = await browser.newContext({ ...phone, storageState: await page.context().storageState() })
    const mobile = await openPage(context, problems)
    await mobile.goto(planUrl)
    await step(mobile, 'Paint it').waitFor()
    await mobile.getByRole('button', { name: 'More' }).first().tap()
    await mobile.getByRole('menuitem', { name: 'Execute this plan' }).tap()
    const sheet = mobile.getByRole('dialog', { name: 'Execute this plan' })
    await sheet.getByRole('radio', { name: 'Single steps' }).check()
    await sheet
      .getByRole('checkbox', { name: /Look around/ })
      .last()
      .tap()
    expect(await axeFindings(mobile)).toEqual([])
    await shot(mobile, 'steps-phone')
    await sheet.getByRole('button', { name: 'Choose an agent' }).tap()
    await mobile.getByRole('region', { name: 'The plan to execute' }).getByText('1 of 1 step open').waitFor()
    await context.close()
  })

  test('nothing of this was an error of a page', () => {
    expect(problems).toEqual([])
  })
})

/** For the eyes of whoever works on it: `DROVER_SHOTS=/tmp/shots`. */
async function shot(page: Page, name: string): Promise<void> {
  const folder = process.env['DROVER_SHOTS']
  if (folder !== undefined) await page.screenshot({ path: `${folder}/plan-${name}.png` })
}
