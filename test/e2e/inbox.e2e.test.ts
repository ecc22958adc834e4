import type { Browser, BrowserContext, CDPSession, Locator, Page } from 'playwright-core'
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
import { axeFindings } from './axe.ts'

const required = process.env['DROVER_REQUIRE'] === 'all'

/** One person at a desk and with a phone: what agents did reaches both, and what is done about it on one is seen on the other. */
describe.skipIf(browserPath === undefined && !required)('the inbox (needs Chromium)', () => {
  const problems: string[] = []
  let app: RunningApp
  let browser: Browser
  let pocket: BrowserContext
  let desk: Page
  let hand: Page
  let touch: CDPSession
  let runUrl = ''

  beforeAll(async () => {
    app = await startApp()
    browser = await launchBrowser()
    const room = await browser.newContext(desktop)
    desk = await openPage(room, problems)
    await makeAccount(desk, app.link)
    pocket = await browser.newContext({ ...phone, storageState: await room.storageState() })
    hand = await openPage(pocket, problems)
    await hand.goto(`${app.origin}/inbox`)
    await hand.getByText('Nothing here.').waitFor()
    touch = await pocket.newCDPSession(hand)
  })
  afterAll(async () => {
    await browser?.close()
    await app?.close()
  })

  const toast = (on: Page, text: string): Locator =>
    on
      .getByRole('region', { name: /^News of your runs/ })
      .getByRole('status')
      .filter({ hasText: text })
  const row = (on: Page, text: string): Locator => on.getByRole('row', { level: 2 }).filter({ hasText: text })
  const waits = async (on: Page, count: number): Promise<void> => {
    const title = count === 0 ? /^[^(]/ : new RegExp(`^\\(${count}\\)`)
    await expect.poll(() => on.title(), { timeout: 15_000 }).toMatch(title)
  }

  /** A finger that moves to the left, and rests there before it is lifted: a browser takes no tap while something still flings. */
  async function swipe(on: Locator): Promise<void> {
    const box = await on.boundingBox()
    if (box === null) throw new Error('nothing to swipe')
    await touch.send('Input.synthesizeScrollGesture', {
      x: 300,
      y: box.y + 16,
      xDistance: -200,
      yDistance: 0,
      gestureSourceType: 'touch',
      preventFling: true,
    })
  }

  test('a question is a row on the phone, and nothing more than its card where its run is on screen', async () => {
    runUrl = await startRun(desk, app.origin, `${asking('Two questions', 'touch one')}\n${asking('Then', 'touch two')}`)
    await allowOnce(desk).waitFor()
    expect(await toast(desk, 'touch one').count()).toBe(0)
    await row(hand, 'touch one').getByText('Wants to run').waitFor()
    await waits(hand, 1)
    // Seen at the desk is read; that it waits is told until it is answered.
    await row(hand, 'touch one').getByLabel('Unread').waitFor({ state: 'detached' })
    await waits(hand, 1)
  })

  test('it is answered in its row, and the next one comes as a toast on both', async () => {
    await desk.keyboard.press('g')
    await desk.keyboard.press('r')
    await desk.waitForURL('**/runs')
    // What comes in a page's first second counts as caught up with, and is no news.
    await desk.waitForFunction(() => performance.now() > 2_500)
    await row(hand, 'touch one').getByRole('button', { name: 'Allow once' }).tap()
    await row(hand, 'touch one').getByText('You allowed this once').waitFor()
    for (const on of [desk, hand]) await toast(on, 'Wants to run: touch two').waitFor()
    await row(hand, 'touch two').getByLabel('Unread').waitFor()
    for (const on of [desk, hand]) await waits(on, 1)
    expect(await desk.locator('link[rel=icon]').getAttribute('href')).toBe('/icon-awaited.svg')
  })

  test('the toast leads to the very question, whose keys act at once; the phone sees it settled', async () => {
    await toast(desk, 'touch two').getByRole('button', { name: 'Two questions' }).click()
    await desk.waitForURL(/\?ask=[0-9a-f-]{36}/)
    await expect
      .poll(() => desk.evaluate(() => document.activeElement?.getAttribute('aria-label')))
      .toBe('Permission request')
    await desk.keyboard.press('a')
    await row(hand, 'touch two').getByText('You allowed this once').waitFor()
    await toast(hand, 'touch two').waitFor({ state: 'detached' })
    await desk.getByText('Done', { exact: true }).first().waitFor()
    await row(hand, 'Two questions')
      .filter({ has: hand.getByRole('img', { name: 'Done' }) })
      .waitFor()
    // The desk looks at the run, so its end is read as well.
    for (const on of [desk, hand]) await waits(on, 0)
    expect(await desk.title()).toMatch(/^✓ Two questions/)
  })

  test('a settled question leads to its place in the transcript', async () => {
    await row(hand, 'touch one').getByRole('link', { name: 'Two questions' }).tap()
    await hand.waitForURL(`${runUrl}?ask=*`)
    await hand.getByText('You allowed this once').first().waitFor()
    await hand.goBack()
    await row(hand, 'touch one').waitFor()
  })

  test('archived by a swipe, brought back by undo, marked by keys: the other device follows', async () => {
    await desk.keyboard.press('g')
    await desk.keyboard.press('i')
    await row(desk, 'touch one').waitFor()
    await swipe(row(hand, 'touch one'))
    for (const on of [hand, desk]) await row(on, 'touch one').waitFor({ state: 'detached' })
    await hand.getByRole('button', { name: 'Undo' }).tap()
    for (const on of [hand, desk]) await row(on, 'touch one').waitFor()

    await row(desk, 'touch one').focus()
    await desk.keyboard.press('u')
    await desk.keyboard.press('ArrowUp')
    await desk.keyboard.press('u')
    await hand.getByRole('button', { name: 'Unread' }).getByText('2').waitFor()
    await hand.getByRole('button', { name: 'Mark all as read' }).tap()
    await desk.getByRole('button', { name: 'Unread' }).waitFor({ state: 'detached' })
    await waits(desk, 0)
  })

  test('what is marked without a network arrives later', async () => {
    await pocket.setOffline(true)
    await hand.getByText('Showing what this device knew').waitFor()
    // The run's end may tell of the same words.
    const second = (on: Page): Locator => row(on, 'touch two').filter({ hasText: 'Wants to run' })
    await second(hand).getByRole('button', { name: /^More/ }).tap()
    await hand.getByRole('menuitem', { name: 'Archive' }).tap()
    await second(hand).waitFor({ state: 'detached' })
    await row(hand, 'touch one').getByRole('button', { name: /^More/ }).tap()
    await hand.getByRole('menuitem', { name: 'Mark as unread' }).tap()
    await waits(hand, 1)
    expect(await second(desk).count()).toBe(1)
    await pocket.setOffline(false)
    await second(desk).waitFor({ state: 'detached' })
    await row(desk, 'touch one').getByLabel('Unread').waitFor()
  })

  test('axe finds nothing on the page, nor in the mailbox and the toasts over another', async () => {
    const looksRight = async (on: Page, what: string): Promise<void> => {
      for (const colorScheme of ['light', 'dark'] as const) {
        await on.emulateMedia({ colorScheme })
        const findings = await axeFindings(on)
        expect.soft({ what, colorScheme, findings }).toMatchObject({ findings: [] })
      }
    }
    await looksRight(hand, 'the inbox at 390')
    await looksRight(desk, 'the inbox at 1440')
    await startRun(hand, app.origin, `${asking('Once more', 'touch first')}\n${asking('Then', 'touch second')}`)
    await hand.getByRole('dialog').getByText('touch first').first().waitFor()
    // Whoever looks at a run has read its news: the next question has to come while nobody does.
    await hand.goto(`${app.origin}/runs`)
    await desk.keyboard.press('g')
    await desk.keyboard.press('r')
    await desk.waitForURL('**/runs')
    await desk.getByRole('button', { name: 'Open the inbox' }).click()
    const mailbox = desk.getByRole('dialog', { name: 'Inbox' })
    await mailbox.getByRole('row', { level: 2 }).first().getByRole('button', { name: 'Allow once' }).click()
    await toast(desk, 'touch second').waitFor()
    await looksRight(desk, 'the mailbox')
    await desk.keyboard.press('Escape')
    await mailbox.waitFor({ state: 'detached' })
  })

  test('no page threw or logged an error', () => {
    expect(problems).toEqual([])
  })
})
