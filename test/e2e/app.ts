import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium, type Browser, type BrowserContext, type Locator, type Page } from 'playwright-core'
import { carefulProfileId } from '#shared/domain/builtin-profiles.ts'
import { schemaVersion } from '#shared/protocol/sync.ts'
import { freePort } from './road.ts'

const root = join(import.meta.dirname, '..', '..')
const executables = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
]

/** The installed browser; `undefined` where there is none. */
export const browserPath = executables.find((path) => existsSync(path))

/** `npm start` as a person has it, on a data folder of its own: the server's process with its runner. */
export type RunningApp = {
  readonly port: number
  /** Where people reach it. */
  readonly origin: string
  readonly dataDir: string
  /** The one-time link that the first start printed. */
  readonly link: string
  kill(signal: NodeJS.Signals): Promise<void>
  /** Again on the same data; `environment` overrides what was given at first, as after an update. */
  start(environment?: Readonly<Record<string, string>>): Promise<void>
  close(): Promise<void>
}

export type AppOptions = {
  /** A free one unless given. */
  readonly port?: number
  readonly environment?: Readonly<Record<string, string>>
}

export async function startApp(options: AppOptions = {}): Promise<RunningApp> {
  const port = options.port ?? (await freePort())
  const dataDir = await mkdtemp(join(tmpdir(), 'drover-e2e-'))
  let child: ChildProcess | undefined
  let printed = ''

  async function start(environment: Readonly<Record<string, string>> = {}): Promise<void> {
    printed = ''
    const started = spawn(process.execPath, [join(root, 'server', 'main.ts')], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: {
        ...inherited(),
        DROVER_DATA_DIR: dataDir,
        DROVER_PORT: String(port),
        DROVER_LOG_LEVEL: 'warn',
        ...options.environment,
        ...environment,
      },
    })
    child = started
    await new Promise<void>((resolve, reject) => {
      started.on('exit', (code) => reject(new Error(`the server ended with ${code}: ${printed}`)))
      started.stdout?.on('data', (text: Buffer) => {
        printed += text.toString('utf8')
        if (/^Drover is at .*\n/m.test(printed) && (/token=\S+\n/.test(printed) || existsSync(join(dataDir, 'runner'))))
          resolve()
      })
    })
    started.removeAllListeners('exit')
  }

  async function kill(signal: NodeJS.Signals): Promise<void> {
    const running = child
    child = undefined
    if (running === undefined || running.exitCode !== null) return
    const ended = new Promise<void>((resolve) => running.once('exit', () => resolve()))
    running.kill(signal)
    await ended
  }

  await start()
  const link = /http\S+token=\S+/.exec(printed)?.[0] ?? ''
  return {
    port,
    origin: options.environment?.['DROVER_PUBLIC_URL'] ?? `http://localhost:${port}`,
    dataDir,
    link,
    kill,
    start,
    async close() {
      await kill('SIGTERM')
      await rm(dataDir, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 })
    },
  }
}

function inherited(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  )
}

export const browserFlags = [
  '--headless=new',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

export function launchBrowser(more: readonly string[] = []): Promise<Browser> {
  if (browserPath === undefined) throw new Error('no Chromium is installed')
  return chromium.launch({ executablePath: browserPath, args: [...browserFlags, ...more] })
}

export const desktop = { viewport: { width: 1440, height: 900 } }
export const phone = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true, deviceScaleFactor: 2 }

/** Uses a link that leads in, the first start's or an invitation, for an account with a password. */
export async function makeAccount(page: Page, link: string, name = 'Mara Lindqvist'): Promise<void> {
  await page.goto(link)
  await page.getByLabel('Name').fill(name)
  await page.getByLabel('Email').fill(emailOf(name))
  const withPassword = page.getByRole('button', { name: 'Use a password instead' })
  // Where passkeys can't work there is nothing to choose.
  if (await withPassword.isVisible()) await withPassword.click()
  await page.locator('input[type=password]').first().fill(password)
  await page.keyboard.press('Enter')
  await page.waitForURL('**/runs')
  if (link.includes('/welcome')) await askBeforeChanges(page)
}

/** The team's runs ask before whatever changes something: what these journeys wait for is a question. */
async function askBeforeChanges(page: Page): Promise<void> {
  const body = {
    pushVersion: 1,
    profileID: 'first',
    clientGroupID: 'first',
    mutations: [
      {
        clientID: 'first',
        id: 1,
        name: 'setDefaultProfile',
        args: { of: 'team', profileId: carefulProfileId },
        timestamp: 0,
      },
    ],
    schemaVersion,
  }
  const status = await page.evaluate(async (text) => {
    const { team } = (await (await fetch('/api/v1/me')).json()) as { team: { id: string } }
    const headers = { 'content-type': 'application/json' }
    return (await fetch(`/api/sync/push?space=team/${team.id}`, { method: 'POST', headers, body: text })).status
  }, JSON.stringify(body))
  if (status !== 200) throw new Error(`the team's default could not be set: ${status}`)
}

export const password = 'blue tractor sings'
export const emailOf = (name: string): string => `${name.split(' ')[0]?.toLowerCase() ?? ''}@example.test`

/** Starts a runbook from the form, on the machine itself, and goes to its page. Its address. */
export async function startRun(page: Page, origin: string, prompt: string): Promise<string> {
  await page.goto(`${origin}/new`)
  await fillRun(page, prompt)
  await page.keyboard.press('Control+Enter')
  await page.waitForURL(/\/runs\/[0-9a-f-]{36}/)
  return page.url()
}

/** On the page of a new run: a runbook, on the machine itself. */
export async function fillRun(page: Page, prompt: string): Promise<void> {
  await page.getByRole('textbox', { name: 'What should be done' }).fill(prompt)
  // A fresh server's runner may be a moment away; without one there is no choice of sandbox.
  await page.getByRole('radio', { name: /On the machine itself/ }).check()
}

/** A runbook that asks before its one command and waits for the answer. */
export const asking = (title: string, command = 'touch asked'): string => `# ${title}\n\n\`\`\`sh\n${command}\n\`\`\`\n`

export const allowOnce = (on: Page): Locator => on.getByRole('button', { name: /^Allow once/ })

/** A page whose errors fail the test that uses it. */
export async function openPage(context: BrowserContext, problems: string[]): Promise<Page> {
  const page = await context.newPage()
  page.setDefaultTimeout(20_000)
  page.on('pageerror', (error) => problems.push(error.message))
  page.on('console', (message) => {
    const expected = /status of (401|403|410|50\d)|net::ERR_|WebSocket connection|Failed to fetch/
    if (message.type() === 'error' && !expected.test(message.text())) problems.push(message.text())
  })
  return page
}
