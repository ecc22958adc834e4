import type { Browser, BrowserContext, Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  allowOnce,
  asking,
  browserPath,
  desktop,
  launchBrowser,
  makeAccount,
  openPage,
  phone,
  startApp,
  startRun,
  type RunningApp,
} from './app.ts'

const required = process.env['DROVER_REQUIRE'] === 'all'
const tablet = { viewport: { width: 1024, height: 1366 }, isMobile: true, hasTouch: true }

/** Messages that wait for the end of a turn, changed from three devices of one person. */
describe.skipIf(browserPath === undefined && !required)('the queue of a run (needs Chromium)', () => {
  const problems: string[] = []
  let app: RunningApp
  let browser: Browser
  let context: BrowserContext
  let page: Page
  let touch: Page
  let small: Page
  let smallContext: BrowserContext

  beforeAll(async () => {
    app = await startApp()
    browser = await launchBrowser()
    context = await browser.newContext(desktop)
    page = await openPage(context, problems)
    await makeAccount(page, app.link)
    const url = await startRun(page, app.origin, asking('Holds its turn'))
    await allowOnce(page).waitFor()
    for (const text of ['one', 'two', 'three', 'four']) await queue(page, text)
    const storageState = await context.storageState()
    touch = await openPage(await browser.newContext({ ...tablet, storageState }), problems)
    await touch.goto(url)
    smallContext = await browser.newContext({ ...phone, storageState })
    small = await openPage(smallContext, problems)
    await small.goto(url)
    // On a phone the question covers the page until it is put aside.
    await small.getByRole('button', { name: 'Put aside' }).tap()
    await Promise.all([touch, small].map((on) => item(on, 'four').waitFor()))
  })
  afterAll(async () => {
    await browser?.close()
    await app?.close()
  })

  const panel = (on: Page): Locator => on.getByRole('region', { name: 'Queued messages' })
  const item = (on: Page, text: string): Locator =>
    panel(on)
      .getByRole('listitem')
      .filter({ has: on.getByText(text, { exact: true }) })
  const grip = (on: Page, text: string): Locator => item(on, text).getByRole('button', { name: /^Drag to reorder/ })

  async function queue(on: Page, text: string): Promise<void> {
    await on.getByRole('textbox', { name: 'Message to the agent' }).fill(text)
    await on.keyboard.press('Enter')
    await item(on, text).waitFor()
  }

  /** Every device shows the messages in this order, all of them at the server. */
  async function everywhere(order: readonly string[]): Promise<void> {
    for (const on of [page, touch, small])
      await expect
        .poll(() => panel(on).getByRole('listitem').locator('[dir=auto]').allInnerTexts(), { timeout: 20_000 })
        .toEqual(order)
    for (const on of [page, touch, small])
      await panel(on)
        .getByText(/On this/)
        .first()
        .waitFor({ state: 'detached' })
  }

  async function middle(of: Locator): Promise<{ x: number; y: number }> {
    const box = await of.boundingBox()
    if (box === null) throw new Error('not on the page')
    return { x: box.x + box.width / 2, y: box.y + box.height / 2 }
  }

  test('a mouse drags the last message to the top, and a drop is one move', async () => {
    const from = await middle(grip(page, 'four'))
    const to = await middle(item(page, 'one'))
    await page.mouse.move(from.x, from.y)
    await page.mouse.down()
    await page.mouse.move(from.x, (from.y + to.y) / 2, { steps: 4 })
    await page.mouse.move(from.x, to.y, { steps: 4 })
    await page.mouse.up()
    await everywhere(['four', 'one', 'two', 'three'])
  })

  test('Escape lets go without a move', async () => {
    const from = await middle(grip(page, 'four'))
    const to = await middle(item(page, 'three'))
    await page.mouse.move(from.x, from.y)
    await page.mouse.down()
    await page.mouse.move(from.x, to.y, { steps: 4 })
    await page.keyboard.press('Escape')
    await page.mouse.up()
    await queue(page, 'five')
    await everywhere(['four', 'one', 'two', 'three', 'five'])
  })

  test('a finger drags on a touch screen', async () => {
    const from = await middle(grip(touch, 'four'))
    const to = await middle(item(touch, 'two'))
    const finger = await touch.context().newCDPSession(touch)
    const at = (y: number) => [{ x: from.x, y }]
    await finger.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: at(from.y) })
    for (const part of [0.2, 0.5, 0.8, 1])
      await finger.send('Input.dispatchTouchEvent', {
        type: 'touchMove',
        touchPoints: at(from.y + (to.y - from.y) * part),
      })
    await finger.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] })
    await everywhere(['one', 'two', 'four', 'three', 'five'])
  })

  test('the keyboard moves a message and keeps the focus on it', async () => {
    await grip(page, 'five').focus()
    await page.keyboard.press('ArrowUp')
    await expect.poll(() => grip(page, 'five').evaluate((of) => of === document.activeElement)).toBe(true)
    await page.keyboard.press('ArrowUp')
    await everywhere(['one', 'two', 'five', 'four', 'three'])
    await page.getByText('Moved to 3 of 5').waitFor({ state: 'attached' })
  })

  test('a phone moves, edits and deletes from a menu', async () => {
    const menu = async (text: string, entry: string): Promise<void> => {
      await item(small, text).getByRole('button', { name: 'Message' }).tap()
      await small.getByRole('menuitem', { name: entry }).tap()
    }
    await menu('three', 'Move up')
    await everywhere(['one', 'two', 'five', 'three', 'four'])
    await menu('two', 'Edit')
    await small.getByRole('textbox', { name: 'Queued message' }).fill('two, but better')
    await panel(small).getByRole('button', { name: 'Save' }).tap()
    await everywhere(['one', 'two, but better', 'five', 'three', 'four'])
    await menu('five', 'Remove')
    await everywhere(['one', 'two, but better', 'three', 'four'])
    // What was removed is not lost: it stands in the composer.
    expect(await small.getByRole('textbox', { name: 'Message to the agent' }).inputValue()).toBe('five')
  })

  test('what is changed offline is shown at once, and is the same everywhere afterwards', async () => {
    await smallContext.setOffline(true)
    await small
      .getByText(/Offline/)
      .first()
      .waitFor()
    await item(small, 'four').getByRole('button', { name: 'Message' }).tap()
    await small.getByRole('menuitem', { name: 'Move up' }).tap()
    await expect
      .poll(() => panel(small).getByRole('listitem').locator('[dir=auto]').allInnerTexts())
      .toEqual(['one', 'two, but better', 'four', 'three'])
    // Meanwhile another device takes a message out.
    await item(page, 'one').getByRole('button', { name: 'Remove' }).click()
    await item(touch, 'one').waitFor({ state: 'detached' })
    expect(await item(small, 'one').count()).toBe(1)
    await smallContext.setOffline(false)
    await everywhere(['two, but better', 'four', 'three'])
  })

  test('a message that is sent now interrupts the turn and goes first; the others follow in their order', async () => {
    await item(page, 'four')
      .getByRole('button', { name: /^Send now/ })
      .click()
    await panel(page).waitFor({ state: 'detached' })
    const log = page.getByRole('log')
    for (const text of ['two, but better', 'four', 'three']) await log.getByText(text, { exact: true }).waitFor()
    const said = await log.innerText()
    expect(said.indexOf('\nfour')).toBeLessThan(said.indexOf('\ntwo, but better'))
    expect(said.indexOf('\ntwo, but better')).toBeLessThan(said.indexOf('\nthree'))
    expect(await log.getByText('four', { exact: true }).count()).toBe(1)
  })

  test('no page threw or logged an error', () => {
    expect(problems).toEqual([])
  })
})
