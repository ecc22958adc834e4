import { mkdir, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { backupDatabase } from '#server/db/backup/backup.ts'
import {
  allowOnce,
  browserPath,
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
const value = 'k3y/of+the "platform" team 8841'
const fence = '```'
const prompt = `# Deploy

${fence}sh
echo "token is $DEPLOY_TOKEN"
echo "token: $DEPLOY_TOKEN" > deploy.txt
${fence}
`

/** A secret from a phone without a network to a run that prints it. Each test goes on where the one before ended. */
describe.skipIf(browserPath === undefined && !required)('a secret (needs Chromium)', () => {
  const problems: string[] = []
  const sent: string[] = []
  let app: RunningApp
  let browser: Browser
  let context: BrowserContext
  let page: Page

  beforeAll(async () => {
    app = await startApp()
    browser = await launchBrowser()
    context = await browser.newContext(phone)
    page = await openPage(context, problems)
    page.on('request', (request) => sent.push(`${request.url()} ${request.postData() ?? ''}`))
    page.on('websocket', (socket) => socket.on('framesent', ({ payload }) => sent.push(String(payload))))
    await makeAccount(page, app.link)
    await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined))
  })
  afterAll(async () => {
    await browser?.close()
    await app?.close()
  })

  test('is sealed on the phone without a network, and goes out once there is one', async () => {
    await page.goto(`${app.origin}/settings/secrets`)
    await page.getByRole('button', { name: 'New secret', exact: true }).waitFor()
    await context.setOffline(true)
    await page.getByRole('button', { name: 'New secret', exact: true }).click()
    const dialog = page.getByRole('dialog', { name: 'New secret of the team' })
    await dialog.getByLabel('Name').fill('DEPLOY_TOKEN')
    await dialog.getByRole('textbox', { name: 'Value' }).fill('true')
    await dialog.getByText('Too short or too common to be hidden').waitFor()
    await dialog.getByRole('textbox', { name: 'Value' }).fill(value)
    await dialog.getByLabel(/^Description/).fill('Rotate every month')
    expect(await axeFindings(page)).toEqual([])
    await shot(page, 'new-secret')
    await dialog.getByRole('button', { name: 'Seal and add' }).click()
    await dialog.waitFor({ state: 'detached' })
    await page.getByText('DEPLOY_TOKEN').waitFor()
    expect(await axeFindings(page)).toEqual([])
    await shot(page, 'secrets')
    await context.setOffline(false)
    const known = () => page.evaluate(async () => (await fetch('/api/v1/secrets')).text())
    await expect.poll(known, { timeout: 20_000 }).toContain('DEPLOY_TOKEN')
    expect(await known()).not.toContain('sealed')
  })

  test('reaches a run, whose transcript, diff and page never show it', async () => {
    await page.goto(`${app.origin}/new`)
    await page.locator('summary', { hasText: 'Secrets' }).click()
    await page.getByRole('radio', { name: /^Only these/ }).check()
    expect(await page.getByRole('checkbox', { name: 'DEPLOY_TOKEN' }).isChecked()).toBe(true)
    expect(await axeFindings(page)).toEqual([])
    await shot(page, 'new-run')
    await page.setViewportSize({ width: 1440, height: 900 })
    await startRun(page, app.origin, prompt)
    await allowOnce(page).click()
    await page.getByText('Done', { exact: true }).first().waitFor()
    await page.getByText('token is [secret DEPLOY_TOKEN]').first().waitFor()
    await shot(page, 'run')
    const heading = page.getByRole('heading', { name: 'Secrets', exact: true })
    await page.locator('section', { has: heading }).getByText('DEPLOY_TOKEN').waitFor()
    await page.getByText('so it can’t be applied').first().waitFor()
    await page.locator('aside', { has: heading }).getByRole('button', { name: 'deploy.txt' }).click()
    await page.getByText('token: [secret DEPLOY_TOKEN]').first().waitFor()
    expect(await axeFindings(page)).toEqual([])
    await shot(page, 'diff')
    expect(await page.content()).not.toContain(value)
    expect(problems).toEqual([])
  })

  test('stands nowhere: in no request, no file of the server or its runner, and no backup', async () => {
    const backup = join(tmpdir(), `drover-secrets-${process.pid}.backup`)
    await backupDatabase({ kind: 'embedded', dataDir: app.dataDir }, backup, { replace: true })
    const texts = [...sent.map((text) => Buffer.from(text)), gunzipSync(await readFile(backup))]
    await rm(backup)
    await app.kill('SIGTERM')
    let files = 0
    for (const entry of await readdir(app.dataDir, { recursive: true, withFileTypes: true })) {
      // The workspace is the agent's own: it has written the value there.
      if (!entry.isFile() || entry.parentPath.includes('/workspace')) continue
      files++
      texts.push(await readFile(join(entry.parentPath, entry.name)))
    }
    expect(files).toBeGreaterThan(100)
    const json = JSON.stringify(value).slice(1, -1)
    const forms = [value, json, encodeURIComponent(value), ...(['base64', 'base64url', 'hex'] as const).map(encoded)]
    for (const text of texts) expect(forms.filter((form) => text.includes(form))).toEqual([])
  })
})

const encoded = (form: 'base64' | 'base64url' | 'hex'): string => Buffer.from(value).toString(form).slice(0, 36)

/** `DROVER_SHOTS` names a folder for pictures of what was tested. */
async function shot(page: Page, name: string): Promise<void> {
  const folder = process.env['DROVER_SHOTS']
  if (folder === undefined) return
  await mkdir(folder, { recursive: true })
  await page.screenshot({ path: join(folder, `${name}.png`) })
}
