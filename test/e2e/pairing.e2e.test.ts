import { networkInterfaces } from 'node:os'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { encode } from 'uqr'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { axeFindings } from './axe.ts'
import {
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
import { freePort } from './road.ts'

const required = process.env['DROVER_REQUIRE'] === 'all'
/** A name that only these browsers know, for an address of this machine that is not loopback where it has one. */
const name = 'drover-at-home.test'

/** A server that listens for the whole network under a plain http address, as at home: a phone is signed in by its camera. */
describe.skipIf(browserPath === undefined && !required)('pairing over the network (needs Chromium)', () => {
  const problems: string[] = []
  let app: RunningApp
  let browser: Browser
  let page: Page
  let mobile: Page
  let mobileContext: BrowserContext
  let link = ''

  beforeAll(async () => {
    const port = await freePort()
    app = await startApp({
      port,
      environment: { DROVER_HOST: '0.0.0.0', DROVER_PUBLIC_URL: `http://${name}:${port}` },
    })
    browser = await launchBrowser([`--host-resolver-rules=MAP ${name} ${ownAddress()}`])
    page = await openPage(await browser.newContext(desktop), problems)
    mobileContext = await browser.newContext(phone)
    mobile = await openPage(mobileContext, problems)
  })
  afterAll(async () => {
    await browser?.close()
    await app?.close()
  })

  const showCode = async (): Promise<string> => {
    await page.goto(`${app.origin}/settings/devices`)
    await page.getByRole('button', { name: 'Pair a phone' }).click()
    return page.getByRole('dialog').locator('code').innerText()
  }

  test('the first start says what plain http lacks, and works with a password', async () => {
    await page.goto(app.link)
    await page.getByText('Passkeys need https or localhost; at this address you sign in with a password.').waitFor()
    expect(await page.evaluate(() => isSecureContext)).toBe(false)
    await makeAccount(page, app.link)
    await startRun(page, app.origin, asking('Seen from the sofa'))
    await page.goto(`${app.origin}/settings/devices`)
    await page.getByText(/^This address is plain http, so the browser keeps no copy of the app/).waitFor()
  })

  test('the code on the screen is the link, in light and dark', async () => {
    link = await showCode()
    expect(link).toMatch(new RegExp(`^http://${name}:\\d+/pair/phone#token=\\S+$`))
    await page.getByText(/^This address is plain http: the phone can use neither passkeys/).waitFor()
    const { data } = encode(link, { ecc: 'M', border: 2 })
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme })
      const picture = await page.getByRole('img', { name: 'QR code of the pairing link' }).screenshot()
      expect(await modulesOf(browser, picture, data.length)).toEqual(data)
      expect.soft(await axeFindings(page)).toEqual([])
    }
  })

  test('the phone that opens it is asked, signs in, and shows the runs', async () => {
    await mobile.goto(link)
    await mobile.getByText('Mara Lindqvist · mara@example.test').waitFor()
    await mobile.getByText(`on ${new URL(link).host}`).waitFor()
    expect.soft(await axeFindings(mobile)).toEqual([])
    await mobile.getByRole('button', { name: 'Sign in here' }).tap()
    await mobile.waitForURL('**/runs')
    await mobile.getByText('Seen from the sofa').first().waitFor()
    await page.getByText(/^Paired: /).waitFor()
  })

  test('the code works once', async () => {
    const stranger = await openPage(await browser.newContext(phone), problems)
    await stranger.goto(link)
    await stranger.getByText('This link has ended').waitFor()
    expect(await stranger.getByRole('button', { name: 'Sign in here' }).count()).toBe(0)
    await stranger.context().close()
  })

  test('a code whose time is over says so, and a new one ends the one before', async () => {
    await page.clock.install()
    const before = await showCode()
    await page.clock.fastForward('05:01')
    await page.getByText('This code has ended. Nobody used it.').waitFor()
    await page.getByRole('button', { name: 'New code' }).click()
    await expect.poll(() => page.getByRole('dialog').locator('code').innerText()).not.toBe(before)
    const stranger = await openPage(await browser.newContext(phone), [])
    await stranger.goto(before)
    await stranger.getByRole('heading', { name: 'This link is not known here' }).waitFor()
    await stranger.context().close()
    await page.keyboard.press('Escape')
  })

  test('a phone that is signed out from the list of devices is out at once', async () => {
    await page.goto(`${app.origin}/settings/devices`)
    await page.getByRole('button', { name: /^Sign out (?!all)/ }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Sign out' }).click()
    await mobile.getByText(/^This session has ended\./).waitFor()
    expect(await mobile.evaluate(() => fetch('/api/v1/me').then(({ status }) => status))).toBe(401)
    await mobile.reload()
    await mobile.getByRole('heading', { name: 'Sign in' }).waitFor()
    await mobile.getByText('Passkeys need https or localhost; at this address you sign in with a password.').waitFor()
  })

  test('no page threw or logged an error', () => {
    expect(problems).toEqual([])
  })
})

function ownAddress(): string {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? [])
  return all.find(({ internal, family }) => !internal && family === 'IPv4')?.address ?? '127.0.0.1'
}

/** Which modules of a photographed code are dark, sampled in the middle of each. */
async function modulesOf(browser: Browser, picture: Buffer, size: number): Promise<boolean[][]> {
  const page = await browser.newPage()
  const dark = await page.evaluate(
    async ([url, across]) => {
      const image = await createImageBitmap(await (await fetch(url)).blob())
      const canvas = new OffscreenCanvas(image.width, image.height)
      const brush = canvas.getContext('2d')
      brush?.drawImage(image, 0, 0)
      const isDark = (x: number, y: number): boolean => {
        const at = (place: number, length: number): number => Math.floor(((place + 0.5) * length) / across)
        const [r = 255, g = 255, b = 255] =
          brush?.getImageData(at(x, image.width), at(y, image.height), 1, 1).data ?? []
        return 0.299 * r + 0.587 * g + 0.114 * b < 128
      }
      const places = Array.from({ length: across }, (_, place) => place)
      return places.map((y) => places.map((x) => isDark(x, y)))
    },
    [`data:image/png;base64,${picture.toString('base64')}`, size] as const,
  )
  await page.close()
  return dark
}
