import { execFileSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  allowOnce,
  browserPath,
  launchBrowser,
  makeAccount,
  openPage,
  phone,
  startApp,
  type RunningApp,
} from './app.ts'

const required = process.env['DROVER_REQUIRE'] === 'all'

/** From a repository's address to a run that starts at once, on a phone. */
describe.skipIf(browserPath === undefined && !required)('environments (needs Chromium)', () => {
  const problems: string[] = []
  let app: RunningApp
  let browser: Browser
  let context: BrowserContext
  let page: Page
  let folder: string

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'drover-e2e-environment-'))
    const git = (...args: string[]) =>
      execFileSync('git', ['-c', 'user.name=T', '-c', 'user.email=t@example.com', ...args], {
        cwd: folder,
        stdio: 'ignore',
      })
    git('init', '-b', 'main')
    await writeFile(join(folder, 'package.json'), '{"scripts":{"test":"true"}}')
    await writeFile(
      join(folder, '.devcontainer.json'),
      '{ "postCreateCommand": "echo prepared > made.txt", "containerEnv": { "GREETING": "hello" }, "forwardPorts": [1] }',
    )
    git('add', '-A')
    git('commit', '-m', 'first')
    app = await startApp()
    browser = await launchBrowser()
    context = await browser.newContext(phone)
    page = await openPage(context, problems)
    await makeAccount(page, app.link)
  })
  afterAll(async () => {
    await browser?.close()
    await app?.close()
    await rm(folder, { recursive: true, force: true })
  })

  const box = (name: string | RegExp) => page.getByRole('textbox', { name })

  test('a machine looks into the repository, and what it proposes becomes the environment', async () => {
    await page.goto(`${app.origin}/environments`)
    await page.getByRole('button', { name: 'New environment' }).first().tap()
    await box('Name').first().fill('Billing')
    await box(/^Repository 1/).fill(folder)
    // The machine may still be on its way to the server.
    const proposed = page.getByText('echo prepared > made.txt')
    const look = async (): Promise<boolean> => {
      await page.getByRole('button', { name: 'Look into the repositories' }).tap()
      return proposed.waitFor({ timeout: 5_000 }).then(
        () => true,
        () => false,
      )
    }
    await expect.poll(look, { timeout: 60_000 }).toBe(true)
    await page.getByText(/^forwardPorts/).waitFor()
    await page.getByRole('button', { name: 'Take this over' }).tap()
    expect(await box('Command 1').inputValue()).toBe('echo prepared > made.txt')
    await page.getByRole('button', { name: /When the image is fetched/ }).tap()
    await page.getByRole('option', { name: /^For each run/ }).tap()
    await page.getByRole('radio', { name: 'On the machine itself' }).tap({ force: true })
    await page.getByRole('button', { name: 'Create environment' }).tap()
    await page.getByRole('heading', { name: 'Billing' }).waitFor()
    expect(await page.getByRole('button', { name: /When the image is fetched/ }).textContent()).toBe('For each run')
  })

  test('a test makes it ready, and says how it went', async () => {
    await page.getByRole('button', { name: 'Test now' }).tap()
    await page.getByText(/^Ready in/).waitFor({ timeout: 30_000 })
    await page.getByRole('list', { name: 'Steps of the test' }).getByText('Keep the set-up for later runs').waitFor()
  })

  test('a change made offline is kept, sent later, and can be taken back', async () => {
    await context.setOffline(true)
    await box('Description').fill('The service and its library')
    await page.getByRole('button', { name: 'Save' }).tap()
    await page.getByText('Saved', { exact: true }).waitFor()
    await context.setOffline(false)
    const history = page.getByRole('region', { name: 'History' })
    await history.getByText('Changed description').waitFor()
    await history.getByRole('button', { name: 'Bring back' }).first().tap()
    await history.getByText('Brought back revision 1').waitFor()
    await expect.poll(() => box('Description').inputValue()).toBe('')
  })

  test('a run in it takes what the test made, with its variables', async () => {
    await page.getByRole('link', { name: 'New run here' }).tap()
    const script = 'touch proof && test "$(cat made.txt)" = prepared && test "$GREETING" = hello'
    await box('What should be done').fill(`\`\`\`sh\n${script}\n\`\`\``)
    await page.getByText('1 set-up command will run before the agent').waitFor()
    await page.getByRole('button', { name: /^Start run/ }).tap()
    await allowOnce(page).first().tap()
    await page.getByText('Done', { exact: true }).first().waitFor({ timeout: 60_000 })
    await page
      .getByRole('button', { name: /Set-up/ })
      .first()
      .tap()
    await page.getByText('Take the set-up of an earlier run').first().waitFor()
    // A look before a machine was there was answered with a conflict, which the browser tells too.
    expect(problems.filter((problem) => !problem.includes('409 (Conflict)'))).toEqual([])
  })
})
