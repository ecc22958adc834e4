import { fileURLToPath } from 'node:url'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { createServer, type ViteDevServer } from 'vite'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { browserPath, launchBrowser } from '#test/e2e/app.ts'
import type { Found } from '#test/plans/plan-store-page.ts'
import { storeStory } from '#test/plans/plan-store-story.ts'

const missing = browserPath === undefined
if (missing && process.env['DROVER_REQUIRE'] === 'all') throw new Error('no Chromium is installed')

let server: ViteDevServer
let browser: Browser
let origin: string

/** IndexedDB as a browser has it. Each context is a device. */
describe.skipIf(missing)('plans in IndexedDB', () => {
  beforeAll(async () => {
    server = await createServer({
      configFile: false,
      root: fileURLToPath(new URL('../../../..', import.meta.url)),
      logLevel: 'error',
      server: { port: 0, host: '127.0.0.1', watch: null },
      optimizeDeps: { noDiscovery: true, include: ['yjs', 'y-websocket', 'zod', 'y-protocols/awareness'] },
    })
    await server.listen()
    origin = server.resolvedUrls?.local[0] ?? ''
    browser = await launchBrowser()
  })
  afterAll(async () => {
    await browser?.close()
    await server?.close()
  })

  async function openPage(device: BrowserContext): Promise<Page> {
    const page = await device.newPage()
    await page.goto(`${origin}package.json`)
    return page
  }

  /** The page's own code: a function of this file would be one of Node. */
  function run<T>(page: Page, call: string): Promise<T> {
    return page.evaluate(`import('/test/plans/plan-store-page.ts').then((page) => page.${call})`)
  }

  test('tell the story of plan stores', async () => {
    const device = await browser.newContext()
    expect(await run(await openPage(device), 'tellStory()')).toEqual(storeStory)
    await device.close()
  })

  test('are there in a page that finds them after a kill, in few changes after 10,000', async () => {
    const device = await browser.newContext()
    const killed = await openPage(device)
    const written = await run<Found>(killed, 'writePlan(10_000)')
    expect(written).toMatchObject({ text: 10_000, unstored: true })
    await killed.close({ runBeforeUnload: false })

    const found = await run<Found>(await openPage(device), 'writePlan(0)')
    console.info(`opened in ${found.ms.toFixed(0)} ms from ${found.changes} changes`)
    expect(found).toMatchObject({ text: 10_000, unstored: true })
    expect(found.changes).toBeLessThanOrEqual(1_000)
    await device.close()
  })
})
