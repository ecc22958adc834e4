import type { Browser, BrowserContext, Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { browserPath, desktop, launchBrowser, makeAccount, openPage, phone, startApp, type RunningApp } from './app.ts'

const required = process.env['DROVER_REQUIRE'] === 'all'

/** Two people, one at a desk and one with a phone, write a plan together. Each test goes on where the one before ended. */
describe.skipIf(browserPath === undefined && !required)('plans (needs Chromium)', () => {
  const problems: string[] = []
  let app: RunningApp
  let browser: Browser
  let deskContext: BrowserContext
  let phoneContext: BrowserContext
  let desk: Page
  let mobile: Page
  let planUrl = ''

  beforeAll(async () => {
    app = await startApp()
    browser = await launchBrowser()
    deskContext = await browser.newContext(desktop)
    desk = await openPage(deskContext, problems)
    await makeAccount(desk, app.link)
    phoneContext = await browser.newContext(phone)
    mobile = await openPage(phoneContext, problems)
    await makeAccount(mobile, await invite(), 'Jonas Okafor')
  })
  afterAll(async () => {
    await browser?.close()
    await app?.close()
  })

  async function invite(): Promise<string> {
    await desk.goto(`${app.origin}/settings/team`)
    await desk.getByRole('button', { name: 'Invite' }).click()
    const dialog = desk.getByRole('dialog')
    await dialog.getByRole('button', { name: 'Make the link' }).click()
    return dialog.getByLabel('Invitation link').innerText()
  }

  const textbox = (on: Page): Locator => on.getByRole('textbox', { name: 'Text of the plan' })
  const says = (on: Page, text: string) => textbox(on).getByText(text).first().waitFor()
  const line = (on: Page, text: string) => textbox(on).locator('p', { hasText: text }).first()
  const sync = (on: Page, words: string | RegExp) => on.getByRole('status').filter({ hasText: words }).first().waitFor()

  test('a plan is made by keyboard alone, with a heading, steps, code and a table', async () => {
    await desk.goto(`${app.origin}/plans`)
    await desk.getByText('No plans yet').waitFor()
    await desk.keyboard.press('p')
    await desk.waitForURL(/\/plans\/[0-9a-f-]{36}/)
    planUrl = desk.url()
    await textbox(desk).waitFor()
    await expect.poll(() => textbox(desk).evaluate((box) => box.contains(document.activeElement))).toBe(true)
    const { keyboard } = desk
    await keyboard.type(
      'Extract billing\nOne package, one set of tests.\n## Phase 1\n[ ] Move the models\nForbid deep imports',
    )
    await keyboard.press('Enter')
    await keyboard.press('Enter')
    await keyboard.type('```js ')
    await keyboard.type('const limit = 3')
    await keyboard.press('ArrowDown')
    await keyboard.type('/tab')
    await desk.getByRole('listbox', { name: 'Put in' }).waitFor()
    await keyboard.press('Enter')
    await keyboard.type('Where')
    expect(await textbox(desk).getByRole('heading', { level: 1 }).innerText()).toBe('Extract billing')
    expect(await textbox(desk).getByRole('checkbox').count()).toBe(2)
    expect(await textbox(desk).locator('th').first().innerText()).toBe('Where')
    await desk.getByRole('heading', { level: 1, name: 'Extract billing' }).first().waitFor()
    await sync(desk, 'Saved')
  })

  test('a box is ticked by its step’s name, and the outline counts it', async () => {
    await textbox(desk).getByRole('checkbox', { name: 'Step: Move the models' }).check()
    await desk.getByRole('navigation', { name: 'In this plan' }).getByText('1/2').waitFor()
  })

  test('the list of another person shows it, with its steps, and finds it by its text', async () => {
    await mobile.goto(`${app.origin}/plans`)
    await mobile.getByRole('row').getByText('Extract billing').first().waitFor()
    await mobile.getByRole('row').getByText('1/2').first().waitFor()
    await mobile.getByRole('searchbox', { name: 'Search plans' }).fill('deep imports')
    await mobile.getByRole('status').filter({ hasText: '1 plan' }).first().waitFor({ state: 'attached' })
    await mobile.getByRole('searchbox', { name: 'Search plans' }).fill('zebra')
    await mobile.getByText('No plan here has “zebra”').waitFor()
  })

  test('two people write at once, and each sees the other’s text and name', async () => {
    await mobile.goto(planUrl)
    await says(mobile, 'Extract billing')
    await mobile.getByRole('group', { name: /Here now: Mara/ }).waitFor()
    await desk.getByRole('group', { name: /Here now: Jonas/ }).waitFor()
    await line(mobile, 'One package').tap()
    await mobile.keyboard.press('End')
    await mobile.keyboard.type(' Written on the phone.')
    await textbox(desk).getByRole('heading', { name: 'Phase 1' }).click()
    await desk.keyboard.press('End')
    await desk.keyboard.type(' of three')
    await says(desk, 'Written on the phone.')
    await says(mobile, 'Phase 1 of three')
    await textbox(desk).getByText('Jonas Okafor').waitFor({ state: 'attached' })
    await textbox(mobile).getByText('Mara Lindqvist').waitFor({ state: 'attached' })
  })

  test('undo takes back one’s own words and leaves the other’s', async () => {
    await desk.keyboard.press('Control+z')
    await expect.poll(() => textbox(desk).getByText('of three').count()).toBe(0)
    expect(await textbox(desk).getByText('Written on the phone.').count()).toBe(1)
    await desk.keyboard.press('Control+Shift+z')
    // A caret, with its name, may stand within it.
    await says(mobile, 'of three')
  })

  test('the list shows who else has a plan open, as long as they have', async () => {
    const list = await openPage(deskContext, problems)
    await list.goto(`${app.origin}/plans`)
    const row = list.getByRole('row', { name: /Extract billing/ })
    await row.getByRole('img', { name: 'Here now: Jonas', exact: true }).waitFor()
    await mobile.goto(`${app.origin}/plans`)
    await row.getByRole('img', { name: /Here now/ }).waitFor({ state: 'detached' })
    await mobile.goto(planUrl)
    await row.getByRole('img', { name: 'Here now: Jonas', exact: true }).waitFor()
    await list.close()
  })

  test('where no socket gets through, what is written goes all the same, and the page says so', async () => {
    const behind = await browser.newContext({ ...desktop, storageState: await deskContext.storageState() })
    const page = await openPage(behind, problems)
    await page.routeWebSocket(/.*/, (socket) => void socket.close())
    await page.goto(planUrl)
    await sync(page, 'Slow connection: changes go every few seconds')
    await line(page, 'One package').click()
    await page.keyboard.press('End')
    await page.keyboard.type(' From behind a proxy.')
    await says(mobile, 'From behind a proxy.')
    await behind.close()
    await desk.goto(planUrl)
    await says(desk, 'From behind a proxy.')
  })

  test('one goes on without a network, and back online both have both texts', async () => {
    await phoneContext.setOffline(true)
    await sync(mobile, /Offline|not sent/)
    await line(mobile, 'One package').tap()
    await mobile.keyboard.press('End')
    await mobile.keyboard.type(' On a train.')
    await sync(mobile, 'On this phone, not sent')
    await line(desk, 'Forbid deep imports').click()
    await desk.keyboard.press('End')
    await desk.keyboard.type(' at once')
    await sync(desk, 'Saved')
    await phoneContext.setOffline(false)
    await says(desk, 'On a train.')
    await says(mobile, 'Forbid deep imports at once')
    await sync(mobile, 'Saved')
  })

  test('a reload without a network opens the plan to be written', async () => {
    await mobile.evaluate(() => navigator.serviceWorker.ready.then(() => undefined))
    await mobile.waitForFunction(() => navigator.serviceWorker.controller !== null || performance.now() > 5_000)
    await mobile.reload()
    await says(mobile, 'On a train.')
    await phoneContext.setOffline(true)
    await mobile.reload()
    await says(mobile, 'On a train.')
    await line(mobile, 'One package').tap()
    await mobile.keyboard.press('End')
    await mobile.keyboard.type(' After a cold start.')
    await sync(mobile, 'On this phone, not sent')
    await phoneContext.setOffline(false)
    await says(desk, 'After a cold start.')
  })

  test('words are found in the plan, one after the other', async () => {
    await line(desk, 'Forbid deep imports').click()
    await desk.keyboard.press('Control+f')
    const bar = desk.getByRole('search', { name: 'Find in this plan' })
    await bar.getByRole('textbox').fill('phase')
    await bar.getByText('1 of 1').waitFor()
    await desk.keyboard.press('Escape')
    await bar.waitFor({ state: 'detached' })
    await expect.poll(() => desk.evaluate(() => getSelection()?.toString())).toBe('Phase')
  })

  test('its state is said once for everybody, and the archive puts it away', async () => {
    await desk.getByRole('button', { name: /State of this plan/ }).click()
    await desk.getByRole('option', { name: 'In review' }).click()
    await mobile.getByRole('button', { name: /State of this plan.*In review/ }).waitFor()
    await desk.getByRole('button', { name: 'More of this plan' }).click()
    await desk.getByRole('menuitem', { name: 'Archive' }).click()
    await desk
      .getByText(/is in the archive/)
      .first()
      .waitFor()
    await desk.goto(`${app.origin}/plans`)
    await desk.getByRole('button', { name: 'Show all plans' }).waitFor()
    await desk.getByRole('button', { name: /^Archive/ }).click()
    await desk.getByRole('row').getByText('Extract billing').first().waitFor()
  })

  test('a Markdown file becomes a plan with a first version, and a plan is copied under another name', async () => {
    await desk.goto(`${app.origin}/plans`)
    await desk.getByRole('button', { name: 'New plan' }).waitFor()
    await desk.locator('input[type=file]').setInputFiles({
      name: 'call.md',
      mimeType: 'text/markdown',
      buffer: Buffer.from('# When checkout is down\n\n- [x] Breathe\n- [ ] Ring **Payments**\n'),
    })
    await desk.waitForURL(/\/plans\/[0-9a-f-]{36}/)
    await says(desk, 'When checkout is down')
    expect(await textbox(desk).getByRole('checkbox').count()).toBe(2)
    await desk.getByRole('button', { name: 'Show the history' }).click()
    await desk.getByText('Came from a file').first().waitFor()
    const first = desk.url()
    await desk.getByRole('button', { name: 'More of this plan' }).click()
    await desk.getByRole('menuitem', { name: 'Duplicate' }).click()
    await desk.waitForURL((url) => /\/plans\/[0-9a-f-]{36}/.test(url.pathname) && url.href !== first)
    await says(desk, 'When checkout is down (copy)')
    expect(await textbox(desk).getByRole('checkbox', { checked: true }).count()).toBe(1)
  })

  test('another plan is mentioned by its name, and the mention leads there', async () => {
    await line(desk, 'Ring').click()
    await desk.keyboard.press('End')
    // That one is in the archive.
    await desk.keyboard.type(' @extract bill')
    await desk.getByRole('option', { name: 'Extract billing' }).waitFor({ state: 'detached' })
    for (let presses = 0; presses < ' @extract bill'.length; presses++) await desk.keyboard.press('Backspace')
    await desk.keyboard.type(' @checkout is')
    await desk.getByRole('option', { name: 'When checkout is down' }).first().waitFor()
    await desk.keyboard.press('Enter')
    const mention = textbox(desk).getByRole('link', { name: 'When checkout is down' })
    const href = await mention.getAttribute('href')
    await mention.click()
    await desk.waitForURL(`**${href ?? ''}`)
    await says(desk, 'When checkout is down')
  })

  test('who becomes a viewer reads on, and can’t write any more', async () => {
    await mobile.goto(desk.url())
    await says(mobile, 'When checkout is down')
    await desk.goto(`${app.origin}/settings/team`)
    await desk.getByRole('button', { name: /Role of Jonas Okafor/ }).click()
    await desk.getByRole('option', { name: /^Viewer/ }).click()
    await mobile.getByText('Your role in this team can read plans, but not write them.').first().waitFor()
    await expect.poll(() => textbox(mobile).getAttribute('contenteditable')).toBe('false')
    await mobile.goto(`${app.origin}/plans`)
    await mobile.getByRole('row').getByText('When checkout is down').first().waitFor()
    // A page that starts shows what the device has, whose role may be a moment older.
    await expect.poll(() => mobile.getByRole('button', { name: 'New plan' }).count()).toBe(0)
  })

  test('no page threw or logged an error', () => {
    expect(problems).toEqual([])
  })
})
