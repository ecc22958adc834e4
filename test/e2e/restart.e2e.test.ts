import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  allowOnce,
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
const steps = `# Counts on

\`\`\`sh
for n in 1 2 3; do echo "before the kill, line $n"; done
\`\`\`

\`\`\`sh
touch between && echo "made while nobody listened"
\`\`\`

\`\`\`sh
touch last && echo "after all of it"
\`\`\`
`

/** The server dies without a word while a desktop and a phone look on; nobody touches either page. */
describe.skipIf(browserPath === undefined && !required)('a killed server (needs Chromium)', () => {
  const problems: string[] = []
  let app: RunningApp
  let browser: Browser
  let page: Page
  let mobile: Page
  let shown: readonly (readonly string[])[] = []

  beforeAll(async () => {
    app = await startApp()
    browser = await launchBrowser()
    const context = await browser.newContext(desktop)
    page = await openPage(context, problems)
    await makeAccount(page, app.link)
    const url = await startRun(page, app.origin, steps)
    await page.getByRole('log').getByText('before the kill, line 3').first().waitFor()
    mobile = await openPage(
      await browser.newContext({ ...phone, storageState: await context.storageState() }),
      problems,
    )
    await mobile.goto(url)
    await Promise.all([page, mobile].map((on) => allowOnce(on).waitFor()))
    // On a phone the question covers the page until it is put aside.
    await mobile.getByRole('button', { name: 'Put aside' }).tap()
    // And the output of what is done is folded.
    await mobile
      .getByRole('log')
      .getByRole('button', { name: /for n in/ })
      .tap()
    for (const on of [page, mobile]) {
      await on.evaluate(() => Object.assign(globalThis, { isSame: true }))
      await on.getByRole('log').getByText('before the kill, line 3').first().waitFor()
    }
  })
  afterAll(async () => {
    await browser?.close()
    await app?.close()
  })

  const lines = async (on: Page): Promise<readonly string[]> =>
    // Also while a question covers it.
    (await on.locator('[role=log]').innerText())
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line.startsWith('before the kill'))

  test('both pages say that it is gone, and keep what they show', async () => {
    shown = await Promise.all([page, mobile].map(lines))
    await app.kill('SIGKILL')
    for (const on of [page, mobile])
      await on
        .getByText(/^Offline since/)
        .first()
        .waitFor()
    expect(await Promise.all([page, mobile].map(lines))).toEqual(shown)
  })

  test('an answer given meanwhile is kept', async () => {
    await allowOnce(page).click()
    await page.getByText('On this device').first().waitFor()
  })

  test('once it is back both pages are up to date by themselves, and the answer has its effect', async () => {
    await app.start()
    await page
      .getByRole('log')
      .getByText('made while nobody listened', { exact: true })
      .first()
      .waitFor({ timeout: 60_000 })
    // Where the first question was put aside, the next one opens.
    await allowOnce(mobile).waitFor()
    await page
      .getByText(/^Up to date/)
      .first()
      .waitFor()
    await mobile
      .getByText(/^Offline since/)
      .first()
      .waitFor({ state: 'detached' })
    for (const [at, on] of [page, mobile].entries()) {
      expect(await on.evaluate(() => 'isSame' in globalThis)).toBe(true)
      const now = await lines(on)
      for (const line of shown[at] ?? []) expect(now.filter((one) => one === line)).toHaveLength(1)
    }
  })

  test('and the run goes on to its end on both', async () => {
    await allowOnce(mobile).tap()
    for (const on of [page, mobile]) await on.getByText('Done', { exact: true }).first().waitFor()
    expect(await page.getByRole('log').getByText('after all of it', { exact: true }).count()).toBeGreaterThan(0)
  })

  test('no page threw or logged an error', () => {
    expect(problems).toEqual([])
  })
})
