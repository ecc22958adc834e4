import { fileURLToPath } from 'node:url'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { createServer, type ViteDevServer } from 'vite'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { browserPath, launchBrowser } from '#test/e2e/app.ts'
import { axeFindings } from '#test/e2e/axe.ts'
import { billing, billingRun } from '../../dev/run-seed.ts'

const missing = browserPath === undefined
if (missing && process.env['DROVER_REQUIRE'] === 'all') throw new Error('no Chromium is installed')

const patient = { timeout: 15_000 }
let server: ViteDevServer
let browser: Browser

/** The run of the mocks on a workspace in memory, in the real browser. */
describe.skipIf(missing)('the run page in Chromium', () => {
  beforeAll(async () => {
    server = await createServer({
      configFile: fileURLToPath(new URL('../../dev/run.vite.config.ts', import.meta.url)),
      logLevel: 'error',
      server: { port: 0, watch: null },
    })
    await server.listen()
    browser = await launchBrowser()
    // The first page waits for its modules; what is tested should not.
    await (await open({})).close()
  })
  afterAll(async () => {
    await browser?.close()
    await server?.close()
  })

  test('a question is answered by keyboard alone, and says where the answer stands', async () => {
    const page = await open({ run: 'offline' })
    const card = page.getByRole('region', { name: 'Permission request' })
    await page.keyboard.press('a')
    expect(await card.isVisible()).toBe(true)
    for (
      let step = 0;
      step < 80 && !(await card.evaluate((element) => element.contains(document.activeElement)));
      step++
    )
      await page.keyboard.press('Tab')
    await page.keyboard.press('a')
    await page.getByText(/You allowed this once/).waitFor()
    await page.getByText('On this device').waitFor()
    expect(await card.count()).toBe(0)
    // Reading goes on in the transcript; the same key pressed again answers nothing.
    await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute('role')), patient).toBe('log')
    await page.close()
  })

  test('the log follows its end, holds still for a reader, and End goes back', async () => {
    const page = await open({ run: 'live,ask=none,long=300' })
    const log = page.getByRole('log')
    const toEnd = () => log.evaluate((element) => element.scrollHeight - element.clientHeight - element.scrollTop)
    const grown = await log.evaluate((element) => element.scrollHeight)
    await page.waitForFunction(
      (before) => (document.querySelector('[role=log]')?.scrollHeight ?? 0) > before + 100,
      grown,
    )
    expect(await toEnd()).toBeLessThanOrEqual(40)

    await page.mouse.move(600, 300)
    await page.mouse.wheel(0, -2500)
    await page.getByRole('button', { name: /new below|To the end/ }).waitFor()
    const before = await placeOf(page)
    await page.getByRole('button', { name: /new below/ }).waitFor()
    expect(Math.abs((await topOf(page, before.id)) - before.top)).toBeLessThanOrEqual(1)

    await page.keyboard.press('End')
    await page.waitForFunction(() =>
      [...document.querySelectorAll('[role=log]')].every(
        (element) => element.scrollHeight - element.clientHeight - element.scrollTop <= 40,
      ),
    )
    await page.close()
  })

  test('older pages load on the way up, and what is read stays where it is', async () => {
    const page = await open({ run: 'ask=none,long=600,page=60' })
    const log = page.getByRole('log')
    const height = () => log.evaluate((element) => element.scrollHeight)
    const first = await height()
    await page.mouse.move(600, 300)
    await page.mouse.wheel(0, -10)
    await log.evaluate((element) => element.scrollTo({ top: 300 }))
    // Rows that were never in the window take their true height a frame after they are drawn.
    await page.evaluate(
      () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(resolve)))),
    )
    const before = await placeOf(page)
    await page.waitForFunction(
      (start) => (document.querySelector('[role=log]')?.scrollHeight ?? 0) > start + 1500,
      first,
    )
    // The rows around it are drawn one frame after the height is known.
    await expect.poll(async () => Math.abs((await topOf(page, before.id)) - before.top)).toBeLessThanOrEqual(2)
    await page.close()
  })

  test('the keyboard goes from entry to entry, and the focus is never lost', async () => {
    const page = await open({ run: 'ask=none,long=60' })
    const log = page.getByRole('log')
    const focused = () => page.evaluate(() => document.activeElement?.closest('article')?.getAttribute('data-index'))
    await log.focus()
    await page.keyboard.press('k')
    await expect.poll(focused, patient).toBeTruthy()
    const from = Number(await focused())
    for (const step of [1, 2, 3]) {
      await page.keyboard.press('k')
      await expect.poll(focused, patient).toBe(String(from - step))
    }
    // The title's field opens from the menu, has the focus, and Escape leaves everything as it was.
    await page.getByRole('banner').or(page.locator('header')).getByRole('button', { name: 'More' }).click()
    await page.getByRole('menuitem', { name: 'Rename' }).click()
    const title = page.getByRole('textbox', { name: 'Title of this run' })
    await expect.poll(() => title.evaluate((element) => element === document.activeElement), patient).toBe(true)
    await page.keyboard.type('New')
    await page.keyboard.press('Escape')
    await title.waitFor({ state: 'detached' })
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('Get @northwind/billing ready to publish')
    expect(await page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toBe('More')
    // The changes give the focus back to the file that opened them.
    const file = page.getByRole('button', { name: /check-tarball/ })
    await file.focus()
    await page.keyboard.press('Enter')
    await page.getByRole('dialog', { name: 'Changes' }).waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('dialog', { name: 'Changes' }).waitFor({ state: 'detached' })
    await expect.poll(() => file.evaluate((element) => element === document.activeElement), patient).toBe(true)
    // A message that moves or goes, likewise.
    const grip = page.getByRole('button', { name: /^Drag to reorder/ }).first()
    await grip.focus()
    await page.keyboard.press('ArrowDown')
    await expect
      .poll(() => page.evaluate(() => document.activeElement?.getAttribute('aria-label')), patient)
      .toMatch(/^Drag to reorder: 2 \/ 2/)
    await page.getByRole('button', { name: 'Remove' }).first().focus()
    await page.keyboard.press('Enter')
    await expect.poll(() => log.evaluate((element) => element === document.activeElement), patient).toBe(true)
    await page.close()
  })

  test('thousands of entries are a few dozen elements', async () => {
    const page = await open({ run: 'ask=none,long=5000' })
    expect(await page.locator('article').count()).toBeLessThan(80)
    await page.close()
  })

  test('a link to an entry loads back to it, shows it and marks it', async () => {
    const page = await open({ run: 'long=600,page=60', hash: '#e-300' })
    const entry = page.locator('#e-300[data-marked]')
    await entry.waitFor()
    await page.waitForFunction(() => {
      const box = document.getElementById('e-300')?.getBoundingClientRect()
      return box !== undefined && box.top > 0 && box.bottom < innerHeight
    })
    expect(await page.locator('[data-marked]').count()).toBe(1)
    await page.close()
  })

  test('the changes have an address of their own: back closes them', async () => {
    const page = await open({ run: 'ask=none' })
    await page.getByRole('button', { name: /check-tarball/ }).click()
    await page.getByRole('dialog', { name: 'Changes' }).waitFor()
    expect(page.url()).toContain('changes=scripts')
    await page
      .getByRole('dialog')
      .getByRole('button', { name: /package\.json/ })
      .click()
    await page.goBack()
    await page.getByRole('dialog', { name: 'Changes' }).waitFor({ state: 'detached' })
    expect(page.url()).not.toContain('changes')
    // The button goes the same way; a link that led straight to the changes leaves the run open.
    await page.getByRole('button', { name: /check-tarball/ }).click()
    await page.getByRole('button', { name: 'Close changes' }).click()
    await page.getByRole('dialog', { name: 'Changes' }).waitFor({ state: 'detached' })
    await page.goto(`${page.url()}?changes=`)
    await page.getByRole('button', { name: 'Close changes' }).click()
    await page.getByRole('dialog', { name: 'Changes' }).waitFor({ state: 'detached' })
    expect(page.url()).toContain(billingRun)
    await page.close()
  })

  test('on a phone, whoever writes is not pulled away by a question', async () => {
    const page = await open({ width: 390, run: 'ask=none' })
    const area = page.getByRole('textbox', { name: 'Message to the agent' })
    await area.fill('half a sentence')
    const question = Object.entries(billing(Date.now()).rows).find(([key]) => key.startsWith('permission/'))
    await page.evaluate(
      ([key, row]) =>
        (globalThis as unknown as { workspace: { put: (key: string, row: object) => void } }).workspace.put(key, row),
      [question?.[0] ?? '', question?.[1] ?? {}] as const,
    )
    await page.getByRole('button', { name: /Answer/ }).waitFor()
    expect(await page.getByRole('dialog').count()).toBe(0)
    expect(await area.evaluate((element) => element === document.activeElement)).toBe(true)
    await page.close()
  })

  test('on a phone the question is a sheet that can be put aside', async () => {
    const page = await open({ width: 390 })
    const sheet = page.getByRole('dialog')
    await sheet.waitFor()
    expect(await sheet.evaluate((element) => element === document.activeElement)).toBe(true)
    await page.keyboard.press('Escape')
    await sheet.waitFor({ state: 'detached' })
    await page.getByRole('button', { name: /Answer/ }).click()
    await sheet.waitFor()
    await page.close()
  })

  test('on a phone the whole of what a run waits for can be read, where nothing shows a tooltip', async () => {
    const page = await open({ width: 390, run: 'ask=none' })
    const text = 'Waits for devbox-04, which is offline; no other machine of the team has what this run asks for'
    const [key, row] = Object.entries(billing(Date.now(), { ask: 'none' }).rows).find(([known]) =>
      known.startsWith('run/'),
    ) ?? ['', {}]
    await page.evaluate(
      ([key, row]) =>
        (globalThis as unknown as { workspace: { put: (key: string, row: object) => void } }).workspace.put(key, row),
      [key, { ...row, state: 'QUEUED', reason: { text } }] as const,
    )
    const words = page.locator('header').getByText(text)
    await words.waitFor()
    const cut = await words.evaluate((element) => {
      const head = element.closest('header')?.getBoundingClientRect()
      const box = element.getBoundingClientRect()
      return {
        inside: element.scrollWidth > element.clientWidth,
        outside: head === undefined || box.right > head.right || box.bottom > head.bottom,
      }
    })
    expect(cut).toEqual({ inside: false, outside: false })
    await page.close()
  })

  test.each([390, 1000])('at %d the menu of an entry stands beside its words', async (width) => {
    const page = await open({ width, run: 'ask=none' })
    const entry = page.locator('article').last()
    await entry.hover()
    const menu = entry.getByRole('button', { name: 'Entry' })
    await menu.waitFor()
    const [words, box] = await Promise.all([entry.locator('> :first-child').boundingBox(), menu.boundingBox()])
    if (words === null || box === null) throw new Error('not drawn')
    expect(box.x).toBeGreaterThanOrEqual(words.x + words.width)
    expect(box.x + box.width).toBeLessThanOrEqual(width)
    await page.close()
  })

  test('on a tablet every control of the page is as large as a finger', async () => {
    const context = await browser.newContext({ viewport: { width: 768, height: 1024 }, isMobile: true, hasTouch: true })
    const page = await open({ context, run: 'ask=edit,state=all' })
    const small = await page
      .locator('main')
      .locator('button, textarea')
      .evaluateAll((controls) =>
        controls.flatMap((control) => {
          const box = control.getBoundingClientRect()
          // 44 may be told as 43.99997: a sum of floats.
          return Math.round(Math.min(box.width, box.height) * 1000) < 44_000
            ? [`${control.getAttribute('aria-label') ?? control.textContent} ${box.width} × ${box.height}`]
            : []
        }),
      )
    expect(small).toEqual([])
    await context.close()
  })

  test.each([
    { width: 1440, dark: false, run: '' },
    { width: 1440, dark: true, run: 'state=all,ask=none' },
    { width: 768, dark: false, run: 'ask=edit' },
    { width: 390, dark: true, run: '' },
    { width: 320, dark: false, run: 'state=all,ask=none' },
  ])('axe finds nothing and nothing scrolls sideways at $width ($run)', async ({ width, dark, run }) => {
    const page = await open({ width, dark, run })
    expect(await axeFindings(page)).toEqual([])
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true)
    await page.close()
  })
})

async function open(options: {
  readonly run?: string
  readonly hash?: string
  readonly width?: number
  readonly dark?: boolean
  readonly context?: BrowserContext
}): Promise<Page> {
  const page = await (options.context?.newPage() ??
    browser.newPage({
      viewport: { width: options.width ?? 1440, height: 844 },
      colorScheme: options.dark === true ? 'dark' : 'light',
      reducedMotion: 'reduce',
    }))
  await page.addInitScript((run) => sessionStorage.setItem('run', run), options.run ?? '')
  const origin = server.resolvedUrls?.local[0] ?? ''
  await page.goto(new URL(`/runs/${billingRun}${options.hash ?? ''}`, origin).href)
  await page.locator('article').first().waitFor({ state: 'attached', timeout: 90_000 })
  return page
}

/** The first entry under the head of the page, and where it stands. */
async function placeOf(page: Page): Promise<{ readonly id: string; readonly top: number }> {
  // After a jump the rows are drawn a frame later.
  const found = await page.waitForFunction(() => {
    const shown = [...document.querySelectorAll('article')].find((element) => {
      const { top } = element.getBoundingClientRect()
      return element.id !== '' && top > 200 && top < innerHeight - 200
    })
    return shown === undefined ? undefined : { id: shown.id, top: shown.getBoundingClientRect().top }
  })
  const place = await found.jsonValue()
  if (place === undefined) throw new Error('no entry is in view')
  return place
}

function topOf(page: Page, id: string): Promise<number> {
  return page.evaluate((known) => document.getElementById(known)?.getBoundingClientRect().top ?? Number.NaN, id)
}
