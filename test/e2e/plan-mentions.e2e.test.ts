import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { allowOnce, browserPath, desktop, launchBrowser, makeAccount, openPage, phone, startApp } from './app.ts'
import type { RunningApp } from './app.ts'
import { axeFindings } from './axe.ts'

const required = process.env['DROVER_REQUIRE'] === 'all'

const fence = '```'
const markdown = `# Build the shed

Begin in [src/shed.md](drover:path/src/shed.md).

- [ ] Paint it

  ${fence}sh
  mkdir -p src && touch src/shed.md
  ${fence}
- [ ] Lock it

  ${fence}sh
  touch locked
  ${fence}
`

/** A plan in messages to agents, by keys alone where a person would use them. Each test goes on where the one before ended. */
describe.skipIf(browserPath === undefined && !required)('a plan in messages (needs Chromium)', () => {
  const problems: string[] = []
  let app: RunningApp
  let browser: Browser
  let plan: Page
  let run: Page
  let planUrl = ''

  beforeAll(async () => {
    app = await startApp()
    browser = await launchBrowser()
    const context = await browser.newContext(desktop)
    await context.grantPermissions(['clipboard-read', 'clipboard-write'])
    plan = await openPage(context, problems)
    await makeAccount(plan, app.link)
    run = await openPage(context, problems)
  })
  afterAll(async () => {
    await browser?.close()
    await app?.close()
  })

  test('a plan is mentioned in a new run by keys alone, also without a network', async () => {
    await plan.goto(`${app.origin}/plans`)
    const [chooser] = await Promise.all([
      plan.waitForEvent('filechooser'),
      plan.getByRole('button', { name: 'Import Markdown' }).first().click(),
    ])
    await chooser.setFiles({ name: 'shed.md', mimeType: 'text/markdown', buffer: Buffer.from(markdown) })
    await plan.waitForURL(/\/plans\/[0-9a-f-]{36}/)
    planUrl = plan.url()
    await plan.getByText('Saved', { exact: true }).first().waitFor()

    await run.goto(`${app.origin}/new`)
    const area = run.locator('form textarea').first()
    await area.click()
    await run.keyboard.type('Do as @she')
    await run.getByRole('option', { name: 'Build the shed' }).waitFor()
    expect(await axeFindings(run)).toEqual([])
    await shot(run, 'new-run')
    await run.keyboard.press('Escape')
    await run.getByRole('option').waitFor({ state: 'detached' })
    expect(await area.inputValue()).toBe('Do as @she')
    await run.keyboard.press('ControlOrMeta+a')
    await run.keyboard.press('Delete')
    await run.context().setOffline(true)
    await run.keyboard.type('Do as @build the')
    await run.getByRole('option', { name: 'Build the shed' }).waitFor()
    await run.keyboard.press('Enter')
    await run.context().setOffline(false)
    expect(await area.inputValue()).toMatch(/^Do as \[Build the shed\]\(drover:plan\/[0-9a-f-]{36}\) $/)
    await area.fill('')
  })

  test('a run of the plan gets one in its next message, and shows which version', async () => {
    await run.goto(planUrl)
    await run.getByRole('checkbox', { name: 'Step: Paint it' }).waitFor()
    await run.getByRole('button', { name: /^Execute/ }).click()
    const dialog = run.getByRole('dialog', { name: 'Execute this plan' })
    await dialog.getByRole('button', { name: 'Choose an agent' }).click()
    await run.waitForURL('**/new?*')
    await run.getByRole('radio', { name: 'On the machine itself' }).check()
    await run.getByRole('button', { name: /^Start run/ }).click()
    await run.waitForURL(/\/runs\/[0-9a-f-]{36}/)
    await allowOnce(run).waitFor()
    await run.getByLabel('Message to the agent').click()
    await run.keyboard.type('Read @')
    await run.getByRole('option', { name: 'Build the shed' }).waitFor()
    await shot(run, 'composer')
    expect(await axeFindings(run)).toEqual([])
    await run.keyboard.press('Tab')
    await run.keyboard.type('once more')
    await run.keyboard.press('Enter')
    await run.getByText('Read @Build the shed once more').first().waitFor()
    await shot(run, 'queued')
  })

  test('a plan that tells of changes by itself says so, and the message is Drover’s', async () => {
    await plan.bringToFront()
    const tells = plan.getByRole('switch', { name: 'Tell the agent about changes by itself' })
    await tells.focus()
    await plan.keyboard.press('Space')
    await plan.getByRole('textbox', { name: 'Text of the plan' }).getByText('Begin in').click()
    await plan.keyboard.press('End')
    await plan.keyboard.type(' And in green.')
    await plan.getByText('Told of version', { exact: false }).waitFor({ timeout: 90_000 })
    expect(await plan.getByText(/The plan has changed since/).count()).toBe(0)
    expect(await axeFindings(plan)).toEqual([])
    await shot(plan, 'told')
    await run.getByText('From Drover, by itself').waitFor()
    await shot(run, 'told-queued')
  })

  test('both messages become part of the conversation, with the versions that they took along', async () => {
    await run.bringToFront()
    await run.getByRole('button', { name: /^Allow similar/ }).click()
    const sent = run.getByRole('link', { name: /^Plan “Build the shed”, version of/ })
    await sent.nth(1).waitFor({ timeout: 60_000 })
    await run.getByRole('heading', { name: 'Drover', level: 2 }).first().waitFor()
    expect(await axeFindings(run)).toEqual([])
    await shot(run, 'sent')
    await sent.first().click()
    await run.waitForURL(/\/plans\/[0-9a-f-]{36}\?version=\d+/)
    await run.getByRole('region', { name: 'History' }).waitFor()
    await shot(run, 'version')
  })

  test('a file in a plan is copied by a press, and opened among the changes of its run', async () => {
    await plan.bringToFront()
    const file = plan.getByRole('button', { name: 'src/shed.md' })
    await file.focus()
    await plan.keyboard.press('Enter')
    await plan.getByText('The path is copied').waitFor()
    expect(await plan.evaluate(() => navigator.clipboard.readText())).toBe('src/shed.md')
    expect(await axeFindings(plan)).toEqual([])
    await shot(plan, 'file')
    await plan.getByRole('button', { name: 'Open in the run’s changes' }).click()
    await plan.waitForURL(/\/runs\/[0-9a-f-]{36}\?changes=/)
  })

  test('a phone mentions one by the thumb', async () => {
    const context = await browser.newContext({
      ...phone,
      colorScheme: 'dark',
      storageState: await plan.context().storageState(),
    })
    const mobile = await openPage(context, problems)
    await mobile.goto(`${app.origin}/new`)
    const area = mobile.locator('form textarea').first()
    await area.tap()
    await mobile.keyboard.type('Do as @')
    const option = mobile.getByRole('group', { name: 'Plans' }).getByRole('option', { name: 'Build the shed' })
    await option.waitFor()
    expect((await option.boundingBox())?.height).toBeGreaterThanOrEqual(44)
    expect(await axeFindings(mobile)).toEqual([])
    await shot(mobile, 'phone')
    await option.tap()
    expect(await area.inputValue()).toContain('(drover:plan/')
    await context.close()
  })

  test('the list of plans is searched, sorted, filtered and tidied on a phone', async () => {
    const context = await browser.newContext({ ...phone, storageState: await plan.context().storageState() })
    const mobile = await openPage(context, problems)
    await mobile.goto(`${app.origin}/plans`)
    const row = mobile.getByRole('row', { name: /Build the shed/ })
    await row.waitFor()
    await shot(mobile, 'plans-phone')
    expect(await axeFindings(mobile)).toEqual([])
    expect(await mobile.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth)).toBe(true)
    for (const name of ['Folder', 'Made by', 'Order']) await mobile.getByRole('button', { name }).first().waitFor()
    await context.close()
  })

  test('a team says whether plans of agents are kept', async () => {
    await plan.goto(`${app.origin}/settings/team`)
    const kept = plan.getByRole('switch', { name: 'Keep plans that agents make' })
    await expect.poll(() => kept.isEnabled()).toBe(true)
    await kept.focus()
    await plan.keyboard.press('Space')
    await expect.poll(() => kept.isChecked()).toBe(false)
    await shot(plan, 'settings')
    expect(await axeFindings(plan)).toEqual([])
  })

  test('nothing of this was an error of a page', () => {
    expect(problems).toEqual([])
  })
})

/** For the eyes of whoever works on it: `DROVER_SHOTS=/tmp/shots`. */
async function shot(page: Page, name: string): Promise<void> {
  const folder = process.env['DROVER_SHOTS']
  if (folder !== undefined) await page.screenshot({ path: `${folder}/mention-${name}.png` })
}
