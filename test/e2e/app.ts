import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core'

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
  readonly origin: string
  readonly dataDir: string
  /** The one-time link that the first start printed. */
  readonly link: string
  kill(signal: NodeJS.Signals): Promise<void>
  start(): Promise<void>
  close(): Promise<void>
}

export async function startApp(port: number, environment: Readonly<Record<string, string>> = {}): Promise<RunningApp> {
  const dataDir = await mkdtemp(join(tmpdir(), 'drover-e2e-'))
  let child: ChildProcess | undefined
  let printed = ''

  async function start(): Promise<void> {
    printed = ''
    const started = spawn(process.execPath, [join(root, 'server', 'main.ts')], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: {
        ...inherited(),
        DROVER_DATA_DIR: dataDir,
        DROVER_PORT: String(port),
        DROVER_LOG_LEVEL: 'warn',
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
    origin: `http://localhost:${port}`,
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

export function launchBrowser(): Promise<Browser> {
  if (browserPath === undefined) throw new Error('no Chromium is installed')
  return chromium.launch({
    executablePath: browserPath,
    args: [
      '--headless=new',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
}

export const desktop = { viewport: { width: 1440, height: 900 } }
export const phone = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true, deviceScaleFactor: 2 }

/** A page whose errors fail the test that uses it. */
export async function openPage(context: BrowserContext, problems: string[]): Promise<Page> {
  const page = await context.newPage()
  page.setDefaultTimeout(20_000)
  page.on('pageerror', (error) => problems.push(error.message))
  page.on('console', (message) => {
    const expected = /status of (401|503)|ERR_CONNECTION|ERR_INTERNET_DISCONNECTED|WebSocket connection|Failed to fetch/
    if (message.type() === 'error' && !expected.test(message.text())) problems.push(message.text())
  })
  return page
}
