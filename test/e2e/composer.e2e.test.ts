import type { Browser, Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { pngOf } from '../pictures.ts'
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

/** What goes with a message, on two devices of one person. Each test goes on where the one before ended. */
describe.skipIf(browserPath === undefined && !required)('the composer (needs Chromium)', () => {
  const problems: string[] = []
  let app: RunningApp
  let browser: Browser
  let desk: Page
  let small: Page

  beforeAll(async () => {
    app = await startApp()
    browser = await launchBrowser()
    const context = await browser.newContext(desktop)
    desk = await openPage(context, problems)
    await makeAccount(desk, app.link)
    const url = await startRun(
      desk,
      app.origin,
      asking('Writes a file', 'mkdir -p src/shed && echo "function mendShed() {}" > src/shed/app.ts'),
    )
    await allowOnce(desk).click()
    await desk.getByText('Done', { exact: true }).first().waitFor()
    const storageState = await context.storageState()
    small = await openPage(await browser.newContext({ ...phone, storageState }), problems)
    await small.goto(url)
    await area(small).waitFor()
  })
  afterAll(async () => {
    await browser?.close()
    await app?.close()
  })

  const area = (on: Page): Locator => on.getByRole('textbox', { name: 'Message to the agent' })
  const attached = (on: Page): Locator => on.locator('form').getByRole('list', { name: 'Attached files' })
  async function paste(on: Page, name: string, shade: number): Promise<void> {
    const bytes = [...pngOf({ width: 40, height: 30 }, [shade, 120, 60])]
    await area(on).evaluate(
      (box, given) => {
        const data = new DataTransfer()
        data.items.add(new File([new Uint8Array(given.bytes)], given.name, { type: 'image/png' }))
        box.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }))
      },
      { name, bytes },
    )
    await attached(on)
      .getByRole('button', { name: new RegExp(`^Open ${name}`) })
      .waitFor()
  }

  test('pictures that were pasted outlive a reload, one is taken out, and what is sent without a network comes to the other device', async () => {
    await paste(small, 'one.png', 200)
    await paste(small, 'two.png', 90)
    await small.reload()
    await attached(small)
      .getByRole('button', { name: /^Open two\.png/ })
      .waitFor()
    expect(await axeFindings(small)).toEqual([])
    await small.context().setOffline(true)
    await attached(small).getByRole('button', { name: 'Remove one.png' }).tap()
    await area(small).fill('Look at this')
    await small.getByRole('button', { name: 'Send', exact: true }).tap()
    await attached(small).waitFor({ state: 'detached' })
    await small.context().setOffline(false)
    await desk.getByRole('button', { name: /^Open two\.png/ }).click()
    const shown = desk.getByRole('dialog', { name: 'two.png' }).getByRole('img')
    await expect.poll(() => shown.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(40)
    expect(await axeFindings(desk)).toEqual([])
    await desk.keyboard.press('Escape')
    expect(await desk.getByRole('button', { name: /^Open one\.png/ }).count()).toBe(0)
  })

  test('@ finds a file of the workspace and what is defined in it, and / what can be done here', async () => {
    await area(desk).click()
    await desk.keyboard.type('Read @app')
    await desk.getByRole('option', { name: /^app\.ts/ }).waitFor()
    expect(await axeFindings(desk)).toEqual([])
    await desk.keyboard.press('Enter')
    expect(await area(desk).inputValue()).toBe('Read [src/shed/app.ts](drover:path/src/shed/app.ts) ')
    await area(desk).fill('')
    await desk.keyboard.type('Mend @mendsh')
    await desk.getByRole('option', { name: /^mendShed function in/ }).waitFor()
    expect(await axeFindings(desk)).toEqual([])
    await desk.keyboard.press('Enter')
    expect(await area(desk).inputValue()).toBe('Mend [mendShed](drover:symbol/src/shed/app.ts#1) ')
    await area(desk).fill('')
    await area(small).tap()
    await small.keyboard.type('/exp')
    const list = small.getByRole('listbox', { name: 'Commands' })
    await list.getByRole('option', { name: /^\/export json/ }).waitFor()
    expect(await axeFindings(small)).toEqual([])
    const [saved] = await Promise.all([small.waitForEvent('download'), list.getByRole('option').first().tap()])
    expect(saved.suggestedFilename()).toBe('Writes a file.md')
    expect(await area(small).inputValue()).toBe('')
  })

  test('no page met an error', () => {
    expect(problems).toEqual([])
  })
})
