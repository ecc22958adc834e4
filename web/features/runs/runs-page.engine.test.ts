import { fileURLToPath } from 'node:url'
import type { Browser, Page } from 'playwright-core'
import { createServer, type ViteDevServer } from 'vite'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { browserPath, desktop, launchBrowser, phone } from '#test/e2e/app.ts'

const missing = browserPath === undefined
if (missing && process.env['DROVER_REQUIRE'] === 'all') throw new Error('no Chromium is installed')

const patient = { timeout: 15_000 }
let server: ViteDevServer
let browser: Browser

/** The runs list of the mocks on a workspace in memory, in the real browser: what only a layout can show. */
describe.skipIf(missing)('the runs list in Chromium', () => {
  beforeAll(async () => {
    server = await createServer({
      configFile: fileURLToPath(new URL('../../dev/vite.config.ts', import.meta.url)),
      logLevel: 'error',
      server: { port: 0, watch: null },
    })
    await server.listen()
    browser = await launchBrowser()
    // The first page waits for its modules; what is tested should not.
    await (await open({})).context().close()
  })
  afterAll(async () => {
    await browser?.close()
    await server?.close()
  })

  test.each([320, 390, 768, 1440])('at %i nothing scrolls sideways, the longest title included', async (width) => {
    const page = await open({ width })
    expect(
      await page.getByRole('treegrid').evaluate((list) => ({ over: list.scrollWidth - list.clientWidth })),
    ).toEqual({ over: 0 })
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true)
    await page.context().close()
  })

  test('on a phone every filter is as large as a finger', async () => {
    const page = await open({ width: 390 })
    const sizes = await page
      .getByRole('toolbar')
      .getByRole('button')
      .evaluateAll((buttons) =>
        buttons.map((button) => {
          const box = button.getBoundingClientRect()
          return Math.min(box.width, box.height)
        }),
      )
    expect(sizes.length).toBeGreaterThan(4)
    expect(Math.min(...sizes)).toBeGreaterThanOrEqual(44)
    await page.context().close()
  })

  test('denying by keyboard leaves the focus on the row', async () => {
    const page = await open({})
    const row = page.getByRole('row', { name: /billing ready to publish/ })
    await row.focus()
    await row.getByRole('button', { name: 'Deny' }).focus()
    await page.keyboard.press('Enter')
    await row.getByText(/You denied this/).waitFor()
    await expect.poll(() => focusedRow(page), patient).toContain('billing ready to publish')
    await page.keyboard.press('ArrowDown')
    // The arrows go on from there.
    await expect.poll(() => focusedRow(page), patient).toMatch(/^(?!.*billing ready to publish)./)
    await page.context().close()
  })

  test('a list that is scrolled away from the focused row is not pulled back to it', async () => {
    const page = await open({ search: '?rows=300' })
    const list = page.getByRole('treegrid')
    await page
      .getByRole('row', { name: /billing ready to publish/ })
      .getByRole('link')
      .first()
      .focus()
    await page.mouse.move(600, 500)
    await page.mouse.wheel(0, 6000)
    await page.getByRole('row', { name: /billing ready to publish/ }).waitFor({ state: 'detached' })
    expect(await list.evaluate((element) => element === document.activeElement)).toBe(true)
    expect(await list.evaluate((element) => element.scrollTop)).toBeGreaterThan(3000)
    await page.context().close()
  })

  test('back from a run restores the filter, the place in the list and the chosen row', async () => {
    const page = await open({ search: '?rows=300' })
    const list = page.getByRole('treegrid')
    await page.getByRole('button', { name: 'Failed' }).click()
    await page.mouse.move(600, 500)
    await page.mouse.wheel(0, 900)
    await page.waitForFunction(() => (document.querySelector('[role=treegrid]')?.scrollTop ?? 0) > 600)
    // Where the headings of the days stand depends on the time of day.
    const [x, y] = await page.evaluate(() => {
      const rows = [...document.querySelectorAll('[data-row]')].map((row) => row.getBoundingClientRect())
      const middle = rows.find(({ top }) => top > 400)
      return [500, middle === undefined ? 0 : middle.top + middle.height / 2] as const
    })
    const pressed = await runAt(page, x, y)
    await page.mouse.dblclick(x, y)
    await page.waitForURL(/\/runs\/[0-9a-f-]{36}/)
    expect(page.url()).toContain(pressed)
    await page.goBack()
    await list.waitFor()
    expect(await page.getByRole('button', { name: 'Failed' }).getAttribute('aria-pressed')).toBe('true')
    await expect.poll(() => runAt(page, x, y), patient).toBe(pressed)
    await page.context().close()
  })
})

async function open(options: { readonly width?: number; readonly search?: string }): Promise<Page> {
  const width = options.width ?? desktop.viewport.width
  const context = await browser.newContext({
    ...(width <= 640 ? phone : desktop),
    viewport: { width, height: 844 },
    reducedMotion: 'reduce',
  })
  const page = await context.newPage()
  await page.goto(new URL(`/runs${options.search ?? ''}`, server.resolvedUrls?.local[0]).href)
  await page.locator('[data-row]').first().waitFor({ timeout: 90_000 })
  return page
}

/** What stands in the row that itself has the focus. */
function focusedRow(page: Page): Promise<string> {
  return page.evaluate(() =>
    document.activeElement?.hasAttribute('data-row') ? (document.activeElement.textContent ?? '') : '',
  )
}

function runAt(page: Page, x: number, y: number): Promise<string> {
  return page.evaluate(
    ([left, top]) =>
      document.elementFromPoint(left, top)?.closest('[data-row]')?.getAttribute('data-row') ?? 'no run here',
    [x, y] as const,
  )
}
