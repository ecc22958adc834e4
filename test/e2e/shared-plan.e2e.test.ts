import type { Browser, BrowserContext, Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { browserPath, desktop, launchBrowser, makeAccount, openPage, phone, startApp, type RunningApp } from './app.ts'
import { axeFindings } from './axe.ts'

const required = process.env['DROVER_REQUIRE'] === 'all'

const markdown = `# Extract billing

Billing becomes **one package** with its [own docs](https://example.test/docs), not [a trap](javascript:alert(1)).

![a picture](https://example.test/spy.png)

## Phase 1

- [x] Move the ledger
- [ ] Move the invoices

<script>window.trapped = true</script>

## Phase 2

The admin app reads the ledger. One package is enough.

\`\`\`sh
npm test --workspace billing
\`\`\`

| part | who |
|---|---|
| ledger | Mara |
`

/** An owner, and people who have nothing but a link. Each test goes on where the one before ended. */
describe.skipIf(browserPath === undefined && !required)('a plan shared by link (needs Chromium)', () => {
  const problems: string[] = []
  let app: RunningApp
  let browser: Browser
  let owner: Page
  let guestContext: BrowserContext
  let guest: Page
  let link: string

  beforeAll(async () => {
    app = await startApp()
    browser = await launchBrowser()
    owner = await openPage(await browser.newContext({ ...desktop, viewport: { width: 1440, height: 900 } }), problems)
    await makeAccount(owner, app.link)
    await owner.goto(`${app.origin}/plans`)
    await owner.getByText('No plans yet').waitFor()
    await owner
      .locator('input[type=file]')
      .setInputFiles({ name: 'billing.md', mimeType: 'text/markdown', buffer: Buffer.from(markdown) })
    await owner.waitForURL(/\/plans\/[0-9a-f-]{36}/)
    await textbox(owner).getByText('The admin app').waitFor()
    guestContext = await browser.newContext(desktop)
    guest = await openPage(guestContext, problems)
  })
  afterAll(async () => {
    await browser?.close()
    await app?.close()
  })

  const textbox = (on: Page): Locator => on.getByRole('textbox', { name: 'Text of the plan' })
  const dialog = (): Locator => owner.getByRole('dialog', { name: 'Share this plan' })
  const openShare = async (): Promise<void> => {
    await owner.getByRole('button', { name: 'More of this plan' }).click()
    await owner.getByRole('menuitem', { name: 'Share…' }).click()
    await dialog().waitFor()
  }
  const choose = async (label: string, choice: RegExp): Promise<void> => {
    await dialog().getByRole('button', { name: label }).click()
    await owner.getByRole('option', { name: choice }).click()
  }
  const thread = (on: Page, about: RegExp) => on.getByRole('article', { name: about })

  test('a link is made, and shows the plan without an account, read only, fetching nothing of others', async () => {
    await openShare()
    await dialog().getByRole('button', { name: 'Make a link' }).click()
    link = await dialog().getByLabel('Link', { exact: true }).innerText()
    expect(link).toMatch(new RegExp(`^${app.origin}/shared-plan/[0-9a-f-]{36}/[A-Za-z0-9_-]{43}$`))
    await dialog().getByText('Made by You').waitFor()
    expect(await axeFindings(owner)).toEqual([])
    await shot(owner, 'dialog')

    const foreign: string[] = []
    guest.on('request', (request) => {
      if (!request.url().startsWith(app.origin) && !request.url().startsWith('data:')) foreign.push(request.url())
    })
    await expect.poll(async () => (await guest.goto(link))?.headers()['x-robots-tag']).toBe('noindex, nofollow')
    await guest.getByRole('heading', { name: 'Extract billing', level: 1 }).waitFor()
    await guest.getByText('Shared, read only').waitFor()
    await guest.getByText('Shared by Mara', { exact: false }).waitFor()
    expect(await guest.getByRole('link', { name: 'own docs' }).getAttribute('rel')).toContain('noopener')
    expect(await guest.getByRole('link', { name: 'a trap' }).count()).toBe(0)
    expect(await guest.locator('article img').count()).toBe(0)
    expect(await guest.evaluate(() => Reflect.get(window, 'trapped'))).toBeUndefined()
    await guest.getByText('<script>').waitFor()
    expect(await guest.getByRole('checkbox').count()).toBe(2)
    expect(await guest.getByRole('button', { name: /omment/ }).count()).toBe(0)
    expect(await guest.locator('meta[name=referrer]').getAttribute('content')).toBe('no-referrer')
    expect(await guest.content()).not.toContain('Lindqvist')
    expect(foreign).toEqual([])
    expect(await axeFindings(guest)).toEqual([])
    await shot(guest, 'read-only')
  })

  test('what the team writes comes by itself; who may comment gets it without a reload', async () => {
    await choose('People with the link', /Can read and comment/)
    await guest.getByText('You can comment on this plan').waitFor()
    await dialog().getByRole('button', { name: 'Close' }).click()
    await dialog().waitFor({ state: 'detached' })
    await textbox(owner).getByText('The admin app').click()
    await owner.keyboard.press('End')
    await owner.keyboard.type(' And nobody else.')
    await textbox(owner).getByText('And nobody else.').waitFor()
    // The server rests from reading a text as long as its last reading asks for, which is long on a busy machine.
    await guest.getByText('And nobody else.').waitFor({ timeout: 100_000 })
    expect(await guest.getByRole('heading', { name: 'Phase 2' }).count()).toBe(1)
  }, 150_000)

  test('a guest comments on words they select, by the keyboard alone, under a name asked once', async () => {
    const line = guest.getByText('The admin app reads the ledger', { exact: false })
    await line.evaluate((element) => {
      const text = element.firstChild
      if (text === null) throw new Error('no text')
      getSelection()?.setBaseAndExtent(text, 0, text, 'The admin app'.length)
    })
    await guest.getByRole('button', { name: 'Comment on these words' }).press('Enter')
    await guest.getByRole('textbox', { name: 'Your name' }).fill('Ada Guest')
    const box = guest.getByRole('textbox', { name: 'New comment' })
    await box.fill('Does it count as outside?')
    await shot(guest, 'writing')
    // What is half written is there again.
    await expect.poll(() => keptDraft(guest)).toContain('Does it count as outside?')
    await guest.reload()
    await expect.poll(() => box.inputValue()).toBe('Does it count as outside?')
    await guest.getByRole('textbox', { name: 'Your name' }).fill('Ada Guest')
    await box.press('Control+Enter')
    await thread(guest, /^Ada Guest, on “The admin app”/).waitFor()
    await guest.getByText('On this device, not sent yet').waitFor({ state: 'detached' })

    const theirs = thread(owner, /^Ada Guest, on “The admin app”/)
    await theirs.getByText('Does it count as outside?').waitFor()
    await theirs.getByText('guest', { exact: true }).waitFor()
    await theirs.getByRole('button', { name: 'Reply' }).click()
    await owner.getByRole('textbox', { name: 'Your answer' }).fill('It does.')
    await owner.keyboard.press('Control+Enter')
    await thread(guest, /on “The admin app”/)
      .getByText('It does.')
      .waitFor()
    expect(await axeFindings(guest)).toEqual([])
    await shot(owner, 'owner-comments')
    await shot(guest, 'comments')
  })

  test('what a guest writes without a network waits on the device, also over a reload, and is sent once', async () => {
    await guestContext.setOffline(true)
    await guest.getByRole('button', { name: 'Comment on the plan' }).click()
    await guest.getByText('You write as Ada Guest').waitFor()
    await guest.getByRole('textbox', { name: 'New comment' }).fill('Written in the lift')
    await guest.keyboard.press('Control+Enter')
    await guest.getByText('On this device, not sent yet').waitFor()
    await shot(guest, 'waits')
    await guestContext.setOffline(false)
    await guest.reload()
    await thread(guest, /on the plan as a whole/)
      .getByText('Written in the lift')
      .waitFor()
    await guest.getByText('On this device, not sent yet').waitFor({ state: 'detached' })
    await thread(owner, /^Ada Guest, on the plan as a whole/)
      .getByText('Written in the lift')
      .waitFor()
    expect(await owner.getByText('Written in the lift').count()).toBe(1)
  })

  test('a guest changes and deletes their own, and a member deletes a guest’s', async () => {
    const mine = thread(guest, /on the plan as a whole/)
    await mine.getByRole('button', { name: 'Edit' }).click()
    await guest.getByRole('textbox', { name: 'The comment' }).fill('Written on foot')
    await guest.keyboard.press('Control+Enter')
    await thread(owner, /on the plan as a whole/)
      .getByText('Written on foot')
      .waitFor()
    await mine.getByRole('button', { name: 'Delete' }).click()
    await thread(owner, /on the plan as a whole/).waitFor({ state: 'detached' })
    const theirs = thread(owner, /on “The admin app”/)
    await theirs.getByRole('button', { name: 'More of this comment' }).first().click()
    await owner.getByRole('menuitem', { name: 'Delete' }).click()
    await thread(guest, /on “The admin app”/)
      .getByText('This comment was deleted.')
      .waitFor()
  })

  test('it fits 320 px and a phone, light and dark, and comments on a section by a thumb', async () => {
    for (const [name, more] of [
      ['phone', {}],
      ['phone-dark', { colorScheme: 'dark' as const }],
      ['narrow', { viewport: { width: 320, height: 640 } }],
    ] as const) {
      const context = await browser.newContext({ ...phone, ...more })
      const small = await openPage(context, problems)
      await small.goto(link)
      await small.getByRole('heading', { name: 'Phase 2' }).waitFor()
      expect(await small.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0)
      expect(await small.locator('main').evaluate((main) => main.scrollWidth - main.clientWidth)).toBeLessThanOrEqual(0)
      expect(await axeFindings(small)).toEqual([])
      await shot(small, name)
      if (name === 'phone') {
        await small.getByRole('button', { name: 'Comment on “Phase 1”' }).tap()
        await small.getByRole('textbox', { name: 'Your name' }).fill('Bo')
        await small.getByRole('textbox', { name: 'New comment' }).fill('Too early')
        await small.getByRole('button', { name: 'Comment', exact: true }).tap()
        await thread(owner, /^Bo, on “Phase 1”/).waitFor()
      }
      await context.close()
    }
  })

  test('paper has the text alone', async () => {
    await guest.emulateMedia({ media: 'print' })
    expect(await guest.getByRole('heading', { name: 'Phase 2' }).isVisible()).toBe(true)
    expect(await guest.getByRole('heading', { name: 'Comments' }).isVisible()).toBe(false)
    expect(await guest.getByText('You can comment on this plan').isVisible()).toBe(false)
    await guest.emulateMedia({ media: null })
  })

  test('who is in the team is led to the app', async () => {
    const own = await owner.context().newPage()
    await own.goto(link)
    await own.waitForURL(/\/plans\/[0-9a-f-]{36}$/)
    await textbox(own).getByText('The admin app').waitFor()
    await own.close()
    expect(own.isClosed()).toBe(true)
  })

  test('the end of sharing ends it where it is open', async () => {
    await openShare()
    await dialog().getByRole('button', { name: 'Stop sharing' }).click()
    await dialog().getByRole('group', { name: 'Stop sharing' }).getByRole('button', { name: 'Stop sharing' }).click()
    await guest.getByRole('heading', { name: 'This plan is not shared any more' }).waitFor()
    expect(await guest.getByText('The admin app').count()).toBe(0)
    await guest.goto(link)
    await guest.getByRole('heading', { name: 'This link opens nothing' }).waitFor()
  })

  test('nothing went wrong on any page', () => {
    // Offline, and a link that opens nothing, are meant.
    expect(problems.filter((one) => !/ERR_INTERNET_DISCONNECTED|404|Failed to fetch/.test(one))).toEqual([])
  })

  const keptDraft = (on: Page): Promise<string> =>
    on.evaluate(
      () =>
        new Promise<string>((resolve, reject) => {
          const opening = indexedDB.open('drover-device')
          opening.onerror = () => reject(opening.error)
          opening.onsuccess = () => {
            const all = opening.result.transaction('state').objectStore('state').getAll()
            all.onsuccess = () => {
              opening.result.close()
              resolve(JSON.stringify(all.result))
            }
          }
        }),
    )
})

/** For whoever wants to look. */
async function shot(page: Page, name: string): Promise<void> {
  const folder = process.env['DROVER_SHOTS']
  if (folder !== undefined) await page.screenshot({ path: `${folder}/shared-plan-${name}.png` })
}
