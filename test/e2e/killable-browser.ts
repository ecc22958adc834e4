import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium, type Browser, type BrowserContext } from 'playwright-core'
import { browserFlags, browserPath } from './app.ts'

/** A browser on a profile that outlives it, with a process that can be killed, as a phone kills an app. */
export type KillableBrowser = {
  /** Starts it, or starts it again. The one context of its profile. */
  start(): Promise<BrowserContext>
  /** Ends it as a person does. */
  quit(): Promise<void>
  /** Ends every process of it at once, without a word to the pages. */
  kill(): Promise<void>
  close(): Promise<void>
}

export async function openKillableBrowser(): Promise<KillableBrowser> {
  const profile = await mkdtemp(join(tmpdir(), 'drover-profile-'))
  let running:
    | { readonly pid: number; readonly ended: Promise<void>; readonly browser: Browser | undefined }
    | undefined

  async function start(): Promise<BrowserContext> {
    if (browserPath === undefined) throw new Error('no Chromium is installed')
    // A test that failed half-way may have left it running, and two can't share a profile.
    await kill()
    const child = spawn(
      browserPath,
      [...browserFlags, '--remote-debugging-port=0', `--user-data-dir=${profile}`, 'about:blank'],
      // A group of its own, so that its helpers end with it.
      { detached: true, stdio: ['ignore', 'ignore', 'pipe'] },
    )
    const { pid } = child
    if (pid === undefined) throw new Error('Chromium could not be started')
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
    running = { pid, ended, browser: undefined }
    const address = await new Promise<string>((resolve, reject) => {
      let printed = ''
      child.once('exit', (code) => reject(new Error(`Chromium ended with ${String(code)}: ${printed}`)))
      child.stderr.on('data', (part: Buffer) => {
        printed += part.toString('utf8')
        const found = /DevTools listening on (ws:\S+)/.exec(printed)?.[1]
        if (found !== undefined) resolve(found)
      })
    })
    const browser = await chromium.connectOverCDP(address)
    running = { pid, ended, browser }
    const [context] = browser.contexts()
    if (context === undefined) throw new Error('Chromium has no profile open')
    return context
  }

  async function kill(): Promise<void> {
    if (running === undefined) return
    const { pid, ended } = running
    running = undefined
    process.kill(-pid, 'SIGKILL')
    await ended
  }

  async function quit(): Promise<void> {
    if (running?.browser === undefined) return
    const { browser, ended } = running
    const session = await browser.newBrowserCDPSession()
    await session.send('Browser.close')
    await ended
    running = undefined
  }

  return {
    start,
    quit,
    kill,
    async close() {
      await kill()
      await rm(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 })
    },
  }
}
