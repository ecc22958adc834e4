import type { Browser, Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  asking,
  browserPath,
  desktop,
  launchBrowser,
  makeAccount,
  openPage,
  startApp,
  startRun,
  type RunningApp,
} from './app.ts'

const required = process.env['DROVER_REQUIRE'] === 'all'

/** Every key does what the sheet says, the palette leads everywhere, and Tab reaches every control. */
describe.skipIf(browserPath === undefined && !required)('keys and the palette (needs Chromium)', () => {
  const problems: string[] = []
  /** Rows of the sheet whose keys were pressed, with their effect seen. */
  const done: string[] = []
  let app: RunningApp
  let browser: Browser
  let page: Page
  let first = ''
  let second = ''

  beforeAll(async () => {
    app = await startApp()
    browser = await launchBrowser()
    page = await openPage(await browser.newContext(desktop), problems)
    await makeAccount(page, app.link)
  })
  afterAll(async () => {
    await browser?.close()
    await app?.close()
  })

  const palette = (): Locator => page.getByRole('combobox', { name: 'Find a run, a plan, a page or an action' })
  const composer = (): Locator => page.getByRole('textbox', { name: 'Message to the agent' })
  const card = (): Locator => page.getByRole('region', { name: 'Permission request' }).first()
  const hasFocus = (wanted: Locator): Promise<boolean> => wanted.evaluate((of) => of === document.activeElement)
  /** Keys go to the page, not to the field that has them now. */
  const leaveField = (): Promise<void> =>
    page.evaluate(() => {
      if (document.activeElement instanceof HTMLElement) document.activeElement.blur()
    })
  const focusedRow = (): Promise<string | null> =>
    page.evaluate(() => document.activeElement?.closest('[data-row]')?.getAttribute('data-row') ?? null)

  test('starts runs with Ctrl Enter', async () => {
    first = await startRun(page, app.origin, twoSteps('Pears', 'touch pear'))
    second = await startRun(page, app.origin, asking('Plums', 'touch plum'))
    await page.getByText('Plums').first().waitFor()
    done.push('Start the run, send or save what is written')
  })

  test('the keys that work everywhere', async () => {
    await leaveField()
    await page.keyboard.press('g')
    await page.keyboard.press('s')
    await page.waitForURL('**/settings/account')
    done.push('Go to settings')
    await page.keyboard.press('g')
    await page.keyboard.press('i')
    await page.waitForURL('**/inbox')
    done.push('Go to the inbox')
    await page.keyboard.press('g')
    await page.keyboard.press('e')
    await page.waitForURL('**/environments')
    done.push('Go to environments')
    await page.keyboard.press('g')
    await page.keyboard.press('o')
    await page.waitForURL('**/outbox')
    done.push('Go to the outbox')
    await page.keyboard.press('g')
    await page.keyboard.press('u')
    await page.waitForURL('**/usage')
    done.push('Go to usage')
    await page.keyboard.press('g')
    await page.keyboard.press('r')
    await page.waitForURL('**/runs')
    done.push('Go to runs')
    await page.keyboard.press('n')
    await page.waitForURL('**/new')
    done.push('New run')
    const prompt = page.getByRole('textbox', { name: 'What should be done' })
    await expect.poll(() => hasFocus(prompt)).toBe(true)
    await page.keyboard.type('Half a wo')
    await page.keyboard.press('Control+k')
    await expect.poll(() => hasFocus(palette())).toBe(true)
    await page.keyboard.press('Escape')
    await expect.poll(() => hasFocus(prompt)).toBe(true)
    await page.keyboard.type('rd')
    expect(await prompt.inputValue()).toBe('Half a word')
    await prompt.fill('')
    await page.keyboard.press('Control+k')
    await page.keyboard.type('pear')
    await page.getByRole('option', { name: /Pears/ }).waitFor()
    await page.keyboard.press('Enter')
    await page.waitForURL(first)
    done.push('Find a run, a plan, a page or an action')
    await leaveField()
    await page.keyboard.press('?')
    await page.getByRole('dialog', { name: 'Keys' }).waitFor()
    done.push('Show these keys')
    await page.keyboard.press('Escape')
    await page.getByRole('dialog', { name: 'Keys' }).waitFor({ state: 'detached' })
    done.push('Close, or leave a text field')
  })

  test('the keys of the runs list', async () => {
    await page.goto(`${app.origin}/runs`)
    // Rows stand still once both ask.
    for (const command of ['touch pear', 'touch plum']) await page.getByRole('row').getByText(command).first().waitFor()
    await page.keyboard.press('j')
    const newest = await focusedRow()
    expect(newest).not.toBeNull()
    await page.keyboard.press('j')
    const next = await focusedRow()
    expect(next).not.toBe(newest)
    await page.keyboard.press('ArrowUp')
    expect(await focusedRow()).toBe(newest)
    await page.keyboard.press('ArrowDown')
    expect(await focusedRow()).toBe(next)
    done.push('Next run')
    await page.keyboard.press('k')
    expect(await focusedRow()).toBe(newest)
    done.push('Previous run')
    await page.keyboard.press('End')
    expect(await focusedRow()).toBe(next)
    done.push('Last run')
    await page.keyboard.press('Home')
    expect(await focusedRow()).toBe(newest)
    done.push('First run')
    await page.keyboard.press('/')
    await page.keyboard.type('plum')
    done.push('Search')
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await page.waitForURL(second)
    done.push('Open')
  })

  test('the keys of a run, of its question and of writing', async () => {
    await page.goto(first)
    await card().waitFor()
    await card().focus()
    await page.keyboard.press('s')
    await page.getByText('You allowed this and similar in this run').first().waitFor()
    done.push('Allow similar in this run')
    await page.getByRole('region', { name: 'Permission request' }).getByText('rm pear').first().waitFor()
    await card().focus()
    await page.keyboard.press('a')
    await page.getByText('You allowed this once').first().waitFor()
    done.push('Allow once')
    await page.getByText('Done', { exact: true }).first().waitFor()

    const log = page.getByRole('log')
    await log.focus()
    await page.keyboard.press('j')
    const entry = () => page.evaluate(() => document.activeElement?.closest('[data-index]')?.getAttribute('data-index'))
    await expect.poll(entry).toBeTruthy()
    const top = await entry()
    await page.keyboard.press('j')
    await expect.poll(entry).not.toBe(top)
    done.push('Next entry, in the transcript')
    await page.keyboard.press('k')
    await expect.poll(entry).toBe(top)
    done.push('Previous entry, in the transcript')
    await log.evaluate((of) => of.scrollTo({ top: 0 }))
    await log.focus()
    await page.keyboard.press('End')
    await expect.poll(() => log.evaluate((of) => of.scrollHeight - of.scrollTop - of.clientHeight)).toBeLessThan(40)
    done.push('To the end of the transcript')
    await page.keyboard.press('Control+f')
    const find = page.getByRole('search', { name: 'Find in this run' })
    await expect.poll(() => hasFocus(find.getByRole('textbox'))).toBe(true)
    await page.keyboard.press('Escape')
    await expect.poll(() => hasFocus(log)).toBe(true)
    done.push('Find words in the transcript')

    await page.goto(second)
    await card().waitFor()
    await leaveField()
    await page.keyboard.press('i')
    await expect.poll(() => hasFocus(composer())).toBe(true)
    done.push('Write a message')
    const now = page.getByRole('radio', { name: 'Send now' })
    await page.keyboard.press('Control+j')
    await expect.poll(() => now.isChecked()).toBe(true)
    await page.keyboard.press('Control+j')
    await expect.poll(() => now.isChecked()).toBe(false)
    done.push('Queue messages, or send them now')
    await page.keyboard.type('one')
    await page.keyboard.press('Shift+Enter')
    await page.keyboard.type('line')
    expect(await composer().inputValue()).toBe('one\nline')
    done.push('New line in the message')
    await page.keyboard.press('Enter')
    await expect.poll(() => composer().inputValue()).toBe('')
    done.push('Send the message')
    await page.keyboard.type('two')
    // One message at a time is on its way to the device's store.
    await expect.poll(() => page.getByRole('button', { name: 'Queue this message' }).isEnabled()).toBe(true)
    await page.keyboard.press('Enter')
    const queued = page.getByRole('region', { name: 'Queued messages' }).getByRole('listitem')
    await expect.poll(() => queued.allInnerTexts()).toHaveLength(2)
    await page.getByRole('button', { name: /^Drag to reorder: 2/ }).focus()
    await page.keyboard.press('ArrowUp')
    await expect.poll(async () => (await queued.allInnerTexts())[0]).toContain('two')
    done.push('Earlier')
    await page.keyboard.press('ArrowDown')
    await expect.poll(async () => (await queued.allInnerTexts())[1]).toContain('two')
    done.push('Later')

    await card().focus()
    await page.keyboard.press('m')
    await page.keyboard.type('Not this one')
    await page.keyboard.press('Control+Enter')
    await page.getByText('Not this one').first().waitFor()
    done.push('Deny with a message')

    await startRun(page, app.origin, asking('Quinces', 'touch quince'))
    await card().waitFor()
    await card().focus()
    await page.keyboard.press('d')
    await page.getByText('You denied this').first().waitFor()
    done.push('Deny')
  })

  test('the keys of the plans and of a plan', async () => {
    const text = page.getByRole('textbox', { name: 'Text of the plan' })
    const makePlan = async (title: string): Promise<string> => {
      await page.keyboard.press('p')
      await page.waitForURL(/\/plans\/[0-9a-f-]{36}/)
      await expect.poll(() => hasFocus(text)).toBe(true)
      await page.keyboard.type(title)
      await page.getByRole('status').filter({ hasText: 'Saved' }).first().waitFor()
      await page.keyboard.press('Escape')
      await expect.poll(() => hasFocus(text)).toBe(false)
      return page.url()
    }
    await page.goto(`${app.origin}/runs`)
    await page.getByText('Pears').first().waitFor()
    await page.keyboard.press('g')
    await page.keyboard.press('p')
    await page.waitForURL('**/plans')
    done.push('Go to plans')
    await makePlan('Figs')
    const last = await makePlan('Dates')
    done.push('New plan', 'Leave the text')
    await page.keyboard.press('i')
    await expect.poll(() => hasFocus(text)).toBe(true)
    done.push('Write')
    await page.keyboard.press('Control+f')
    const find = page.getByRole('search', { name: 'Find in this plan' })
    await expect.poll(() => hasFocus(find.getByRole('textbox'))).toBe(true)
    await page.keyboard.press('Escape')
    await expect.poll(() => hasFocus(text)).toBe(true)
    done.push('Find words in the plan')
    await page.keyboard.press('Escape')
    await expect.poll(() => hasFocus(text)).toBe(false)
    await page.keyboard.press('c')
    await expect.poll(() => hasFocus(page.getByRole('textbox', { name: 'New comment' }))).toBe(true)
    done.push('Comment on what is selected, or on the plan')

    await page.goto(`${app.origin}/plans`)
    for (const title of ['Figs', 'Dates']) await page.getByRole('row').getByText(title).first().waitFor()
    await page.keyboard.press('j')
    await expect.poll(focusedRow).toBeTruthy()
    const newest = await focusedRow()
    await page.keyboard.press('j')
    await expect.poll(focusedRow).not.toBe(newest)
    done.push('Next plan')
    await page.keyboard.press('k')
    await expect.poll(focusedRow).toBe(newest)
    done.push('Previous plan')
    await page.keyboard.press('e')
    await page.locator(`[data-row="${newest}"]`).waitFor({ state: 'detached' })
    done.push('Archive, or take out of the archive')
    expect(last).toContain(newest)
    await page.keyboard.press('/')
    await page.keyboard.type('fig')
    done.push('Search')
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await page.waitForURL(/\/plans\/[0-9a-f-]{36}/)
    done.push('Open')
  })

  test('the keys of the inbox and the outbox', async () => {
    const row = () => page.evaluate(() => document.activeElement?.closest('[data-row]')?.getAttribute('data-row'))
    await page.goto(`${app.origin}/runs`)
    await page.getByText('Pears').first().waitFor()
    await page.keyboard.press('g')
    await page.keyboard.press('i')
    await page.waitForURL('**/inbox')
    const rows = page.getByRole('treegrid', { name: 'Notifications' }).getByRole('row', { level: 2 })
    await rows.nth(2).waitFor()
    await page.keyboard.press('j')
    await expect.poll(row).toBeTruthy()
    const top = await row()
    await page.keyboard.press('j')
    await expect.poll(row).not.toBe(top)
    const second = await row()
    await page.keyboard.press('ArrowUp')
    await expect.poll(row).toBe(top)
    await page.keyboard.press('ArrowDown')
    await expect.poll(row).toBe(second)
    done.push('Next notification')
    await page.keyboard.press('k')
    await expect.poll(row).toBe(top)
    done.push('Previous notification')
    const marks = () => page.locator(`[data-row="${top}"]`).getByLabel('Unread').count()
    const before = await marks()
    await page.keyboard.press('u')
    await expect.poll(marks).not.toBe(before)
    await page.keyboard.press('u')
    await expect.poll(marks).toBe(before)
    done.push('Mark as unread, or as read')
    await page.keyboard.press('e')
    await page.locator(`[data-row="${top}"]`).waitFor({ state: 'detached' })
    await expect.poll(row).toBe(second)
    done.push('Archive')
    await page.keyboard.press('Shift+Tab')
    await page.waitForURL('**/inbox?show=*')
    done.push('Next filter, from a notification')
    await page.keyboard.press('Escape')
    await page.waitForURL('**/runs')
    done.push('Leave')
    await page.keyboard.press('g')
    await page.keyboard.press('i')
    await rows.first().waitFor()
    await page.keyboard.press('j')
    await expect.poll(row).toBeTruthy()
    await page.keyboard.press('Enter')
    await page.waitForURL(/\/runs\/[0-9a-f-]{36}/)
    done.push('Open')

    await page.getByRole('log').waitFor()
    await leaveField()
    await page.keyboard.press('g')
    await page.keyboard.press('o')
    await page.waitForURL('**/outbox')
    const item = () =>
      page.evaluate(() =>
        [...document.querySelectorAll('[data-item]')].findIndex((one) => one.contains(document.activeElement)),
      )
    await page.locator('[data-item]').nth(1).waitFor()
    await page.keyboard.press('j')
    await expect.poll(item).toBe(0)
    await page.keyboard.press('ArrowDown')
    await expect.poll(item).toBe(1)
    done.push('Next change')
    await page.keyboard.press('k')
    await expect.poll(item).toBe(0)
    await page.keyboard.press('j')
    await page.keyboard.press('ArrowUp')
    await expect.poll(item).toBe(0)
    done.push('Previous change')
  })

  test('the keys of the changes of a run', async () => {
    await startRun(page, app.origin, asking('Quinces', 'printf "a\\nb\\n" > one.txt; printf "c\\n" > two.txt'))
    await card().waitFor()
    await card().focus()
    await page.keyboard.press('a')
    await page.getByText('Done', { exact: true }).first().waitFor()
    await page
      .getByRole('button', { name: /^one\.txt/ })
      .first()
      .click()
    const changes = page.getByRole('dialog', { name: 'Changes' })
    const part = changes.locator('[data-active]')
    const shows = (name: string): Promise<unknown> => changes.getByRole('heading', { name, level: 3 }).waitFor()
    await changes.getByText('a', { exact: true }).waitFor()
    await page.keyboard.press('j')
    await part.waitFor()
    await page.keyboard.press('ArrowDown')
    await shows('two.txt')
    await changes.getByText('c', { exact: true }).waitFor()
    done.push('Next part')
    await page.keyboard.press('k')
    await part.waitFor()
    await page.keyboard.press('ArrowUp')
    await shows('one.txt')
    await changes.getByText('a', { exact: true }).waitFor()
    done.push('Previous part')
    await page.keyboard.press('ArrowRight')
    await shows('two.txt')
    done.push('Next file')
    await page.keyboard.press('ArrowLeft')
    await shows('one.txt')
    await changes.getByText('a', { exact: true }).waitFor()
    done.push('Previous file')
    await page.keyboard.press('x')
    await expect.poll(() => changes.getByRole('checkbox', { name: 'Viewed' }).isChecked()).toBe(true)
    done.push('Mark the file as viewed, or not')
    await page.keyboard.press('a')
    await changes.getByRole('button', { name: 'Accepted', pressed: true }).waitFor()
    done.push('Accept the part')
    await page.keyboard.press('c')
    await expect.poll(() => hasFocus(changes.getByRole('textbox', { name: /^New comment/ }))).toBe(true)
    await page.keyboard.type('Why?')
    await page.keyboard.press('Control+Enter')
    await changes.getByRole('article').getByText('Why?').waitFor()
    done.push('Comment on the part')
    await changes.focus()
    await page.keyboard.press('Control+Enter')
    await changes.getByText('You sent it to the agent').waitFor()
    done.push('Send or save what is written; else send the comments')
    await page.keyboard.press('e')
    await expect.poll(() => hasFocus(changes.getByRole('textbox', { name: 'Text of one.txt' }))).toBe(true)
    await page.keyboard.press('Escape')
    done.push('Edit the file')
    await changes.focus()
    await page.keyboard.press('r')
    await page.getByRole('dialog', { name: 'Reject all changes of one.txt?' }).waitFor()
    await page.keyboard.press('Escape')
    done.push('Reject the part')
    await changes.getByRole('button', { name: 'Close changes' }).click()
    await changes.waitFor({ state: 'detached' })
  })

  test('the key of a terminal', async () => {
    await page.getByRole('button', { name: 'Terminal', exact: true }).click()
    const panel = page.getByRole('region', { name: 'Terminal', exact: true })
    await panel.getByRole('button', { name: 'New shell' }).click()
    await expect.poll(() => hasFocus(panel.getByRole('textbox'))).toBe(true)
    await page.keyboard.press('F6')
    const close = panel.getByRole('button', { name: 'Close the terminal' })
    await expect.poll(() => hasFocus(close)).toBe(true)
    done.push('Leave the terminal')
    await close.click()
    await panel.waitFor({ state: 'detached' })
  })

  test('are all in the sheet, and the sheet has no others', async () => {
    await leaveField()
    await page.keyboard.press('?')
    const sheet = page.getByRole('dialog', { name: 'Keys' })
    await sheet.waitFor()
    expect(done.toSorted()).toEqual((await sheet.locator('dt').allInnerTexts()).toSorted())
    await page.keyboard.press('Escape')
  })

  test('the palette opens, finds and leads on with the network cut', async () => {
    await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined))
    await page.context().setOffline(true)
    await page.keyboard.press('Control+k')
    await expect.poll(() => hasFocus(palette())).toBe(true)
    await page.keyboard.type('settings: team')
    await page.getByRole('option', { name: 'Settings: Team', selected: true }).waitFor()
    await page.keyboard.press('Enter')
    await page.waitForURL('**/settings/team')
    await page.keyboard.press('Control+k')
    await expect.poll(() => hasFocus(palette())).toBe(true)
    await page.keyboard.type('plums')
    await page.getByRole('option', { name: /Plums/, selected: true }).waitFor()
    await page.keyboard.press('Enter')
    await page.waitForURL(second)
    await page.context().setOffline(false)
  })

  test.each([
    '/runs',
    '/plans',
    '/inbox',
    '/outbox',
    '/new',
    '/settings/account',
    '/settings/devices',
    '/settings/team',
    '/settings/runners',
    '/settings/device',
    'a run',
  ])('Tab reaches every control of %s', async (path) => {
    await page.goto(path === 'a run' ? second : `${app.origin}${path}`)
    await page.waitForLoadState('networkidle')
    await leaveField()
    const missed = await unreached(page)
    expect(missed).toEqual([])
  })

  test('no page threw or logged an error', () => {
    expect(problems).toEqual([])
  })
})

/** A question that can be allowed for similar commands, then one that is another. */
const twoSteps = (title: string, command: string): string =>
  `# ${title}\n\n\`\`\`sh\n${command}\n\`\`\`\n\n## Then\n\n\`\`\`sh\nrm pear\n\`\`\`\n`

/** Controls that Tab does not come to, as HTML. Those that arrows reach inside their group count by the group. */
async function unreached(page: Page): Promise<string[]> {
  await page.evaluate(() => {
    const seen = new Set<Element>()
    document.addEventListener('focusin', (event) => event.target instanceof Element && seen.add(event.target))
    Object.assign(globalThis, { seen })
  })
  // Once around: it begins where the focus last was.
  for (let presses = 0, ends = 0; presses < 160 && ends < 2; presses++) {
    await page.keyboard.press('Tab')
    if (await page.evaluate(() => document.activeElement === document.body)) ends++
  }
  return page.evaluate(() => {
    const { seen } = globalThis as unknown as { seen: Set<Element> }
    const controls = document.querySelectorAll<HTMLElement>('a[href], button, input, textarea, select, summary')
    return [...controls]
      .filter((control) => control.checkVisibility({ visibilityProperty: true }) && !control.matches(':disabled'))
      .filter((control) => !seen.has(control) && control.tabIndex >= 0)
      .concat(
        // Out of the order on purpose only where another key leads to it.
        [...controls].filter(
          (control) =>
            control.tabIndex < 0 &&
            control.checkVisibility() &&
            control.closest('[role="row"], [role="radiogroup"], [aria-hidden="true"]') === null,
        ),
      )
      .filter((control) => !(control instanceof HTMLInputElement && control.type === 'radio' && !control.checked))
      .map((control) => control.outerHTML.slice(0, 160))
  })
}
