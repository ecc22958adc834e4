import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { axeFindings } from './axe.ts'
import { browserPath, desktop, launchBrowser, makeAccount, openPage, phone, startApp, type RunningApp } from './app.ts'
import { share } from './share-form.ts'

const required = process.env['DROVER_REQUIRE'] === 'all'

/** What the system's share sheet sends: a form to `/share`, which the real service worker takes, or the real server without one. */
describe.skipIf(browserPath === undefined && !required)('sharing to Drover (needs Chromium)', () => {
  const problems: string[] = []
  let app: RunningApp
  let browser: Browser
  let context: BrowserContext
  let page: Page
  let cookies: Awaited<ReturnType<BrowserContext['cookies']>> = []

  beforeAll(async () => {
    app = await startApp()
    browser = await launchBrowser()
    context = await browser.newContext(phone)
    page = await openPage(context, problems)
    await makeAccount(page, app.link)
    cookies = await context.cookies()
    await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined))
    // The worker takes a page that it did not bring up itself once it is active.
    await page.waitForFunction(() => navigator.serviceWorker.controller !== null)
  })
  afterAll(async () => {
    await browser?.close()
    await app?.close()
  })

  const prompt = (on: Page) => on.getByRole('textbox', { name: 'What should be done' })

  test('text, link and text files become the draft of a new run', async () => {
    await share(page, {
      title: 'A fault in the shop',
      url: 'https://example.com/issues/7',
      files: [{ name: 'notes.txt', text: 'Süß 🐑' }],
    })
    await page.waitForURL('**/new')
    await expect
      .poll(() => prompt(page).inputValue())
      .toBe('A fault in the shop\n\nhttps://example.com/issues/7\n\n## notes.txt\n\nSüß 🐑')
    await page.getByText('This text came from another app.').waitFor()
    expect(await axeFindings(page)).toEqual([])
    await page.reload()
    await expect.poll(() => prompt(page).inputValue()).toContain('A fault in the shop')
  })

  test('with the network cut too, and a draft that is there stays until its person chooses', async () => {
    await context.setOffline(true)
    await share(page, { text: 'Said on the train', files: [{ name: 'photo.png', bytes: [0x89, 0x50, 0xff, 0x00] }] })
    await page.waitForURL('**/new')
    await page.getByText('Another app shared this.').waitFor()
    expect(await prompt(page).inputValue()).toContain('A fault in the shop')
    expect(await axeFindings(page)).toEqual([])
    await page.getByRole('button', { name: 'Add it to my draft' }).click()
    await expect.poll(() => prompt(page).inputValue()).toMatch(/^A fault in the shop[^]*Süß 🐑\n\nSaid on the train$/)
    await page.getByText('“photo.png” was left out: Drover takes text files, and this is none.').waitFor()
    await share(page, { text: 'x'.repeat(100_001) })
    await page.getByText('Nothing of what was shared could be taken.').waitFor()
    await page.getByText('The text was left out: with it the text would be longer than 100,000 characters.').waitFor()
    await context.setOffline(false)
  })

  test('a run is started only by its person', async () => {
    await page.goto(`${app.origin}/runs`)
    await page.getByText('No runs yet').waitFor()
  })

  test('without a service worker the server passes it on', async () => {
    const bare = await browser.newContext({ ...desktop, serviceWorkers: 'block' })
    await bare.addCookies(cookies)
    const other = await openPage(bare, problems)
    await other.goto(`${app.origin}/runs`)
    await other.getByText('No runs yet').waitFor()
    await share(other, { title: '100 % “sure” & #1', files: [{ name: 'list.md', text: '- ä' }] })
    await expect.poll(() => prompt(other).inputValue()).toBe('100 % “sure” & #1\n\n## list.md\n\n- ä')
    expect(new URL(other.url()).hash).toBe('')
    await prompt(other).fill('')
    await share(other, { text: 'y'.repeat(50_000) })
    await other.getByText('share it again').waitFor()
    await bare.close()
  })

  test('the browser itself sends it, from no page: the server takes it, and lets nothing else through so', async () => {
    const body = new FormData()
    body.set('text', 'From the share sheet')
    const sent = (path: string) =>
      fetch(`${app.origin}${path}`, {
        method: 'POST',
        body,
        redirect: 'manual',
        headers: { origin: 'null', cookie: 'better-auth.session_token=x' },
      })
    const answer = await sent('/share')
    expect([answer.status, answer.headers.get('location')?.startsWith('/new#shared=')]).toEqual([303, true])
    expect((await sent('/api/v1/runs')).status).toBe(403)
  })

  test('no page threw or logged an error', () => {
    expect(problems).toEqual([])
  })
})
