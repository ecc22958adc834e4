import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { allowOnce, browserPath, desktop, launchBrowser, makeAccount, openPage, startApp } from './app.ts'
import type { RunningApp } from './app.ts'
import { axeFindings } from './axe.ts'

const required = process.env['DROVER_REQUIRE'] === 'all'

const fence = '```'
const markdown = `# It's \`$(touch trapped)\`

- [ ] Write the file

  ${fence}sh
  touch trapped
  ${fence}
`

/** A plan's text goes to a repository, by a real run. Each test goes on where the one before ended. */
describe.skipIf(browserPath === undefined && !required)('a plan that is committed (needs Chromium)', () => {
  const problems: string[] = []
  let app: RunningApp
  let browser: Browser
  let page: Page
  let folder: string
  let origin: string
  let planUrl = ''

  const git = (...args: string[]): string => execFileSync('git', ['-C', origin, ...args], { encoding: 'utf8' })

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'drover-plan-commit-'))
    origin = join(folder, 'origin')
    execFileSync('git', ['init', '--quiet', '--initial-branch=main', origin])
    git('-c', 'user.name=T', '-c', 'user.email=t@example.test', 'commit', '--quiet', '--allow-empty', '-m', 'begin')
    app = await startApp()
    browser = await launchBrowser()
    page = await openPage(await browser.newContext(desktop), problems)
    await makeAccount(page, app.link)
    await page.goto(`${app.origin}/plans`)
    await page.getByText('No plans yet').waitFor()
    await page
      .locator('input[type=file]')
      .setInputFiles({ name: 'plan.md', mimeType: 'text/markdown', buffer: Buffer.from(markdown) })
    await page.waitForURL(/\/plans\/[0-9a-f-]{36}/)
    planUrl = page.url()
    await page.getByRole('checkbox', { name: 'Step: Write the file' }).waitFor()
  })
  afterAll(async () => {
    await browser?.close()
    await app?.close()
    rmSync(folder, { recursive: true, force: true })
  })

  test('path, branch and message are offered, and what can’t be used is named', async () => {
    await page.getByRole('button', { name: 'More of this plan' }).click()
    await page.getByRole('menuitem', { name: 'Commit to a repository…' }).click()
    const dialog = page.getByRole('dialog', { name: 'Commit this plan' })
    const [file, branch] = [
      dialog.getByRole('textbox', { name: 'File' }),
      dialog.getByRole('textbox', { name: 'Branch' }),
    ]
    expect(await file.inputValue()).toBe('docs/plans/it-s-touch-trapped.md')
    expect(await branch.inputValue()).toBe('plan/it-s-touch-trapped')
    await file.fill('../outside.md')
    await branch.fill('two words')
    await dialog.getByRole('button', { name: 'Choose a repository' }).click()
    await dialog.getByText('Write a path within the repository', { exact: false }).waitFor()
    await dialog.getByText('A branch’s name has no spaces', { exact: false }).waitFor()
    expect(await axeFindings(page)).toEqual([])
    await file.fill("docs/it's $(touch trapped).md")
    await branch.fill('plan/$(touch-trapped)')
    await dialog.getByRole('textbox', { name: 'Message' }).fill("It's `touch trapped`")
    await shot(page, 'dialog')
    await dialog.getByRole('button', { name: 'Choose a repository' }).click()
    await page.waitForURL('**/new?*')
    const plan = page.getByRole('region', { name: 'The plan to commit' })
    await plan.getByText('on the branch plan/$(touch-trapped)', { exact: false }).waitFor()
    expect(await page.getByRole('textbox', { name: 'Anything to add' }).count()).toBe(0)
    expect(await axeFindings(page)).toEqual([])
  })

  test('a run commits the very text on the branch, and shows the commit', async () => {
    await page.getByRole('radio', { name: 'On the machine itself' }).check()
    await page.getByRole('button', { name: /^Start run/ }).click()
    await page.getByText('Write which repository the plan goes to.').waitFor()
    await page.getByRole('textbox', { name: /^Repository/ }).fill(origin)
    await shot(page, 'new-run')
    await page.getByRole('button', { name: /^Start run/ }).click()
    await page.waitForURL(/\/runs\/[0-9a-f-]{36}/)
    for (const step of ['Write the file', 'Commit it', 'Push the branch']) {
      await page.getByText(step, { exact: true }).first().waitFor()
      await allowOnce(page).click()
    }
    await page.getByText('Done', { exact: true }).first().waitFor()
    await shot(page, 'run')
    const branch = 'plan/$(touch-trapped)'
    expect(git('show', `${branch}:docs/it's $(touch trapped).md`)).toContain(
      "# It's `$(touch trapped)`\n\n- [ ] Write the file",
    )
    expect(git('log', '--format=%s', `main..${branch}`).trim()).toBe("It's `touch trapped`")
    expect(git('ls-tree', '-r', '--name-only', '-z', branch)).toBe("docs/it's $(touch trapped).md\0")
  })

  test('the run stands with those of the plan, which goes on as it was', async () => {
    await page.goto(planUrl)
    await page
      .getByRole('region', { name: 'Runs' })
      .getByRole('link', { name: 'Commit to plan/$(touch-trapped)', exact: false })
      .waitFor()
    await page.getByText('Draft', { exact: true }).first().waitFor()
    // A step of the run has the same words.
    expect(await page.getByRole('checkbox', { name: 'Step: Write the file' }).isChecked()).toBe(false)
    await shot(page, 'plan')
  })

  test('an address that somebody made up becomes no command', async () => {
    const made = new URL(planUrl.replace('/plans/', '/new?plan='))
    made.searchParams.set('commit', '.git/hooks/post-commit')
    made.searchParams.set('branch', 'x')
    made.searchParams.set('message', 'x')
    await page.goto(made.href)
    await page.getByRole('region', { name: 'The plan to commit' }).waitFor()
    await page.getByRole('textbox', { name: /^Repository/ }).fill(origin)
    await page.getByRole('button', { name: /^Start run/ }).click()
    await page.getByText('The path, the branch or the message can’t be used.', { exact: false }).waitFor()
    expect(page.url()).toContain('/new?')
  })

  test('nothing of this was an error of a page', () => {
    expect(problems).toEqual([])
  })
})

/** For the eyes of whoever works on it: `DROVER_SHOTS=/tmp/shots`. */
async function shot(page: Page, name: string): Promise<void> {
  const folder = process.env['DROVER_SHOTS']
  if (folder !== undefined) await page.screenshot({ path: `${folder}/plan-commit-${name}.png` })
}
