import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startGitHost, type GitHost } from '../fakes/git-host.ts'
import {
  allowOnce,
  browserPath,
  desktop,
  fillRun,
  launchBrowser,
  makeAccount,
  openPage,
  phone,
  startApp,
  type RunningApp,
} from './app.ts'
import { axeFindings } from './axe.ts'
import { keptState } from './kept-state.ts'

const required = process.env['DROVER_REQUIRE'] === 'all'

/** From a token in the settings over a private repository to its pull request. Each test goes on where the one before ended. */
describe.skipIf(browserPath === undefined && !required)('a pull request (needs Chromium)', () => {
  const problems: string[] = []
  let host: GitHost
  let app: RunningApp
  let browser: Browser
  let context: BrowserContext
  let page: Page

  beforeAll(async () => {
    ;[app, host] = await Promise.all([startApp(), startGitHost()])
    browser = await launchBrowser()
    context = await browser.newContext(desktop)
    page = await openPage(context, problems)
    await makeAccount(page, app.link)
  })
  afterAll(async () => {
    await browser?.close()
    await Promise.all([app?.close(), host?.close()])
  })

  test('a token is given once, and a run works on the private repository', async () => {
    await page.goto(`${app.origin}/settings/secrets`)
    await page.getByRole('button', { name: 'New secret', exact: true }).click()
    const dialog = page.getByRole('dialog', { name: 'New secret of the team' })
    await dialog.getByLabel('Name', { exact: true }).fill('GIT')
    await dialog.getByRole('button', { name: /^What it is/ }).click()
    await page.getByRole('option', { name: /^Git token/ }).click()
    await dialog.getByRole('textbox', { name: 'Host, such as github.com' }).fill(host.url)
    await dialog.getByRole('textbox', { name: 'Token', exact: true }).fill(host.token)
    await dialog.getByRole('button', { name: /^What the host is/ }).click()
    await page.getByRole('option', { name: 'GitHub Enterprise' }).click()
    expect(await axeFindings(page)).toEqual([])
    await shot(page, 'token')
    await dialog.getByRole('button', { name: 'Seal and add' }).click()
    await dialog.waitFor({ state: 'detached' })
    await page.getByRole('link', { name: 'New run' }).first().click()
    await page.waitForURL(/\/new/)
    await fillRun(page, '# Say more\n\n```sh\necho more >> README.md\n```\n')
    await page.getByRole('textbox', { name: 'Repository or folder' }).fill(`${host.url}/team/app.git`)
    await page.keyboard.press('Control+Enter')
    await page.waitForURL(/\/runs\/[0-9a-f-]{36}/)
    await allowOnce(page).click()
    await page.getByText('Done', { exact: true }).first().waitFor()
    expect(await page.content()).not.toContain(host.token)
  })

  test('on the phone, without a network, its changes are put into a pull request, which is opened once', async () => {
    const mobile = await browser.newContext({ ...phone, storageState: await context.storageState() })
    const small = await openPage(mobile, problems)
    await small.goto(`${page.url().split('?')[0]}?changes=README.md`)
    await small.getByRole('button', { name: 'Commit…' }).tap()
    const dialog = small.getByRole('dialog', { name: 'Commit the changes' })
    await dialog.getByRole('textbox', { name: 'Title of the pull request' }).fill('Say more about the app')
    // What is typed is on the device before it is sent.
    await expect.poll(() => keptState(small)).toContain('Say more about the app')
    await dialog.getByRole('button', { name: 'Cancel' }).tap()
    await dialog.waitFor({ state: 'detached' })
    await small.getByRole('button', { name: 'Commit…' }).tap()
    const title = dialog.getByRole('textbox', { name: 'Title of the pull request' })
    await expect.poll(() => title.inputValue(), { timeout: 5000 }).toBe('Say more about the app')
    expect(await axeFindings(small)).toEqual([])
    await shot(small, 'publish-phone')
    await mobile.setOffline(true)
    await dialog.getByRole('button', { name: 'Open pull request' }).tap()
    await dialog.waitFor({ state: 'detached' })
    await small.getByRole('list', { name: 'Commits and pull requests' }).getByText('Pull request').waitFor()
    await shot(small, 'waits-phone')
    await mobile.setOffline(false)
    await page.getByRole('link', { name: '#1 Say more about the app' }).first().waitFor()
    expect(host.pulls).toMatchObject([{ title: 'Say more about the app', base: 'main', draft: false }])
    // Her address is nobody's business until she says so.
    expect(host.git('team/app', 'log', '-1', '--format=%an <%ae>', host.pulls[0]?.head ?? '')).toMatch(
      /^Mara Lindqvist <\w+\+mara-lindqvist@users\.noreply\.drover\.invalid>$/,
    )
    await page.getByText('Open', { exact: true }).first().waitFor()
    // Somebody merges it there: whoever looks at the run is told.
    Object.assign(host.pulls[0] ?? {}, { ended: 'merged' })
    const isMerged = async (): Promise<boolean> => {
      await page.reload()
      await page.getByRole('link', { name: '#1 Say more about the app' }).first().waitFor()
      return page.getByText('Merged', { exact: true }).first().isVisible()
    }
    await expect.poll(isMerged, { timeout: 90_000, interval: 5_000 }).toBe(true)
    await shot(page, 'run')
  })

  test('what can’t be done is said where it was pressed', async () => {
    await page.getByRole('button', { name: '1 file changed' }).first().click()
    await page.getByRole('button', { name: 'Commit…' }).click()
    const dialog = page.getByRole('dialog', { name: 'Commit the changes' })
    await shot(page, 'publish')
    await dialog.getByRole('button', { name: /^How far/ }).click()
    await page.getByRole('option', { name: 'Commit', exact: true }).click()
    await dialog.getByRole('button', { name: 'Commit', exact: true }).click()
    await page.getByText('nothing changed since the last commit').waitFor()
    expect(await axeFindings(page)).toEqual([])
    await shot(page, 'refused')
    expect(problems).toEqual([])
  })
})

/** `DROVER_SHOTS` names a folder for pictures of what was tested. */
async function shot(page: Page, name: string): Promise<void> {
  const folder = process.env['DROVER_SHOTS']
  if (folder === undefined) return
  await mkdir(folder, { recursive: true })
  for (const scheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme: scheme })
    await page.screenshot({ path: join(folder, `${name}-${scheme}.png`) })
  }
  await page.emulateMedia({ colorScheme: 'light' })
}
