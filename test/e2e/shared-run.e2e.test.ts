import type { Browser, BrowserContext, Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  allowOnce,
  asking,
  browserPath,
  desktop,
  emailOf,
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
const guestName = 'Lena Brandt'

/** An owner and people who have nothing but a link, each in a browser of their own. */
describe.skipIf(browserPath === undefined && !required)('a run shared by link (needs Chromium)', () => {
  const problems: string[] = []
  let app: RunningApp
  let browser: Browser
  let owner: Page
  let anyone: Page
  let guestContext: BrowserContext
  let guest: Page
  let link: string

  beforeAll(async () => {
    app = await startApp()
    browser = await launchBrowser()
    owner = await openPage(await browser.newContext(desktop), problems)
    await makeAccount(owner, app.link)
    // Somebody with an account here, who is in no team of the owner's.
    guestContext = await browser.newContext(desktop)
    guest = await openPage(guestContext, problems)
    await makeAccount(guest, await invitation(), guestName)
    await leaveTeam()
    await startRun(owner, app.origin, asking('Build the shed'))
    await allowOnce(owner).waitFor()
  })
  afterAll(async () => {
    await browser?.close()
    await app?.close()
  })

  async function inOwner<T>(path: string, method = 'GET', body?: object): Promise<T> {
    return owner.evaluate(
      async ([url, how, sent]) => {
        const response = await fetch(url, {
          method: how,
          ...(sent === '' ? {} : { headers: { 'content-type': 'application/json' }, body: sent }),
        })
        return response.json()
      },
      [path, method, body === undefined ? '' : JSON.stringify(body)] as const,
    )
  }
  const teamId = async (): Promise<string> => (await inOwner<{ team: { id: string } }>('/api/v1/me')).team.id
  const invitation = async (): Promise<string> =>
    (await inOwner<{ url: string }>(`/api/v1/teams/${await teamId()}/invitations`, 'POST', { role: 'member' })).url
  async function leaveTeam(): Promise<void> {
    const path = `/api/v1/teams/${await teamId()}/members`
    const { members } = await inOwner<{ members: { userId: string; name: string }[] }>(path)
    await inOwner(`${path}/${members.find(({ name }) => name === guestName)?.userId ?? ''}`, 'DELETE')
  }

  const dialog = (): Locator => owner.getByRole('dialog', { name: 'Share this run' })
  const shareButton = (): Locator => owner.getByRole('button', { name: /^Share(,|$)/ })
  const openShare = async (): Promise<void> => {
    await shareButton().click()
    await dialog().waitFor()
  }
  const closeDialog = async (): Promise<void> => {
    await dialog().getByRole('button', { name: 'Close' }).click()
    await dialog().waitFor({ state: 'detached' })
  }
  const box = (on: Page): Locator => on.getByRole('textbox', { name: 'Message to the agent' })

  test('the owner makes a link for anyone, which shows the run without an account, read only', async () => {
    await openShare()
    await dialog().getByRole('switch', { name: 'Anyone with the link can view' }).click()
    await shot(owner, 'dialog-link')
    link = await dialog().getByLabel('Link', { exact: true }).innerText()
    expect(link).toMatch(new RegExp(`^${app.origin}/shared/[0-9a-f-]{36}/[A-Za-z0-9_-]{43}$`))
    expect(await axeFindings(owner)).toEqual([])
    await closeDialog()

    anyone = await openPage(await browser.newContext(desktop), problems)
    const answered = await anyone.goto(link)
    expect(answered?.headers()['x-robots-tag']).toBe('noindex, nofollow')
    await anyone.getByRole('heading', { name: 'Build the shed' }).first().waitFor()
    await anyone.getByText('Shared, read only').waitFor()
    await anyone.getByText('Shared by Mara', { exact: false }).waitFor()
    expect(await box(anyone).count()).toBe(0)
    expect(await allowOnce(anyone).count()).toBe(0)
    expect(await anyone.locator('meta[name=referrer]').getAttribute('content')).toBe('no-referrer')
    expect(await anyone.locator('meta[name=robots]').getAttribute('content')).toContain('noindex')
    expect(await anyone.content()).not.toContain('Lindqvist')
  })

  test('it goes on where it is looked at, on a phone too, light and dark, clean for axe', async () => {
    const small = await openPage(await browser.newContext({ ...phone, colorScheme: 'dark' }), problems)
    await small.goto(link)
    await small.getByText('Shared, read only').waitFor()
    await allowOnce(owner).click()
    for (const on of [anyone, small]) {
      await on.getByText('touch asked').first().waitFor()
      await on.locator('header').getByText('Done').waitFor()
      expect(await axeFindings(on)).toEqual([])
      const wide = await on.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
      expect(wide).toBeLessThanOrEqual(0)
    }
    await shot(anyone, 'guest-desktop')
    await shot(small, 'guest-phone-dark')
    await small.context().close()
  })

  test('a guest with an account asks to steer, is let in where they look, and steers', async () => {
    await guest.goto(link)
    await guest.getByRole('button', { name: 'Ask to steer' }).click()
    await guest.getByText('You asked to steer').waitFor()
    await owner.getByRole('button', { name: 'Share, 1 request' }).click()
    await dialog().getByText(emailOf(guestName)).waitFor()
    await shot(owner, 'dialog-request')
    expect(await axeFindings(owner)).toEqual([])
    await dialog()
      .getByRole('button', { name: `Allow ${guestName}` })
      .click()
    await guest.getByText('You can steer this run').waitFor()
    await shot(owner, 'dialog-people')
    await closeDialog()

    await box(guest).fill('Now paint it')
    await guest.keyboard.press('Enter')
    await owner.getByRole('log').getByText('Now paint it').waitFor()
    // The owner sees whose message it is.
    await owner.getByRole('log').getByRole('heading', { name: 'Lena' }).waitFor()
    await guest.getByRole('log').getByText('Now paint it').waitFor()
    await shot(guest, 'guest-steers')
    expect(await axeFindings(guest)).toEqual([])
  })

  test('without a network a guest’s words stay where they are, and are sent once it is back', async () => {
    await guestContext.setOffline(true)
    await box(guest).fill('And a second coat')
    await guest.keyboard.press('Enter')
    await guest.getByText('Nothing is lost here', { exact: false }).waitFor()
    expect(await box(guest).inputValue()).toBe('And a second coat')
    await guestContext.setOffline(false)
    await guest.keyboard.press('Enter')
    await owner.getByRole('log').getByText('And a second coat').waitFor()
    expect(await owner.getByRole('log').getByText('And a second coat').count()).toBe(1)
  })

  test('a link without a right end opens nothing, and says so', async () => {
    const lost = await openPage(await browser.newContext(desktop), [])
    await lost.goto(`${link.slice(0, -3)}abc`)
    await lost.getByRole('heading', { name: 'This link opens nothing' }).waitFor()
    expect(await axeFindings(lost)).toEqual([])
    await lost.context().close()
  })

  test('who is not named asks to be let in, and the owner hears of it anywhere in the app', async () => {
    await openShare()
    await dialog()
      .getByRole('button', { name: `Remove ${guestName}` })
      .click()
    await dialog().getByRole('switch', { name: 'Anyone with the link can view' }).click()
    await closeDialog()
    await guest.getByRole('heading', { name: 'This run is shared with others' }).waitFor()
    await anyone.getByRole('heading', { name: 'Sign in to see this run' }).waitFor()
    expect(await axeFindings(anyone)).toEqual([])
    const run = owner.url()
    await owner.getByRole('link', { name: 'Runs' }).first().click()
    await owner.waitForURL('**/runs')

    // A toast, which is gone after some seconds.
    const told = owner.getByText(`${guestName} wants to see this run`).waitFor()
    await guest.getByRole('button', { name: 'Ask for access' }).click()
    await guest.getByText('You asked for access').waitFor()
    await shot(guest, 'guest-asked')
    await told
    await shot(owner, 'owner-news')
    expect(await axeFindings(guest)).toEqual([])

    const storageState = await owner.context().storageState()
    const small = await openPage(await browser.newContext({ ...phone, storageState }), problems)
    await small.goto(new URL('/inbox', run).href)
    await small.getByText(`${guestName} wants to see this run`).tap()
    await small.getByRole('button', { name: `Allow ${guestName}` }).waitFor()
    expect(await axeFindings(small)).toEqual([])
    await shot(small, 'dialog-phone')
    await small.getByRole('button', { name: `Allow ${guestName}` }).tap()
    await guest.getByText('Shared, read only').waitFor()
    await small.context().close()
    // Answered on the phone, it is no news on the desktop any more.
    await owner.getByText(`${guestName} wants to see this run`).waitFor({ state: 'detached' })
    await owner.goto(run)
    await openShare()
    await dialog().getByRole('switch', { name: 'Anyone with the link can view' }).click()
    await closeDialog()
    await anyone.reload()
    await anyone.getByText('Shared, read only').waitFor()
  })

  test('the end of sharing is the end at once, for everybody who looks', async () => {
    await openShare()
    await dialog().getByRole('button', { name: 'Stop sharing' }).click()
    await dialog().getByText('The link is dead at once', { exact: false }).waitFor()
    await dialog().getByRole('button', { name: 'Stop sharing' }).click()
    for (const on of [anyone, guest]) {
      await on.getByRole('heading', { name: 'This run is not shared any more' }).waitFor()
      expect(await on.content()).not.toContain('Build the shed')
    }
    await shot(anyone, 'guest-ended')
    expect(await axeFindings(anyone)).toEqual([])
    await anyone.reload()
    await anyone.getByRole('heading', { name: 'This link opens nothing' }).waitFor()
    await closeDialog()
  })

  test('nothing of this was an error of a page', () => {
    expect(problems.filter((one) => !/status of 404/.test(one))).toEqual([])
  })
})

/** For the eyes of whoever works on it: `DROVER_SHOTS=/tmp/shots`. */
async function shot(page: Page, name: string): Promise<void> {
  const folder = process.env['DROVER_SHOTS']
  if (folder !== undefined) await page.screenshot({ path: `${folder}/${name}.png` })
}
