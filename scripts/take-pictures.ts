import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { chromium, type Page } from 'playwright-core'
import { createServer } from 'vite'
import { billingRun } from '#web/dev/run-seed.ts'

/**
 * Takes the pictures that the manifest shows before the app is installed, of the app as it is, on the workspace of the mocks:
 * `node scripts/take-pictures.ts <path of Chromium>`.
 */
const folder = join(import.meta.dirname, '..', 'public', 'screenshots')
const sizes = [
  { name: 'wide', viewport: { width: 1280, height: 800 }, scale: 1 },
  { name: 'narrow', viewport: { width: 390, height: 844 }, scale: 2 },
] as const

const serve = async (config: string, port: number) => {
  const server = await createServer({
    configFile: join(import.meta.dirname, '..', 'web', 'dev', config),
    server: { port, strictPort: true },
  })
  await server.listen()
  return { origin: `http://127.0.0.1:${port}`, close: () => server.close() }
}
const list = await serve('vite.config.ts', 5180)
const run = await serve('run.vite.config.ts', 5181)
const browser = await chromium.launch({
  executablePath: process.argv[2] ?? '/usr/bin/chromium',
  args: ['--no-sandbox'],
})
try {
  await mkdir(folder, { recursive: true })
  for (const { name, viewport, scale } of sizes) {
    const context = await browser.newContext({
      viewport,
      deviceScaleFactor: scale,
      isMobile: name === 'narrow',
      hasTouch: name === 'narrow',
      reducedMotion: 'reduce',
    })
    const page = await context.newPage()
    await page.goto(`${list.origin}/runs`)
    await page.getByText('Deliver webhooks at least once').first().waitFor()
    // Beside the list, what this one does.
    if (name === 'wide') await page.getByText('Split billing into its own package').click()
    await page.waitForLoadState('networkidle')
    await take(page, `runs-${name}`, scale)
    await page.goto(`${run.origin}/runs/${billingRun}`)
    await page.getByText('npm publish').first().waitFor()
    await page.waitForLoadState('networkidle')
    await take(page, `run-${name}`, scale)
    await context.close()
  }
} finally {
  await browser.close()
  await Promise.all([list.close(), run.close()])
}

/** WebP, a third of what a PNG takes; Playwright itself makes none. */
async function take(page: Page, name: string, scale: number): Promise<void> {
  const session = await page.context().newCDPSession(page)
  const { width = 0, height = 0 } = page.viewportSize() ?? {}
  const { data } = await session.send('Page.captureScreenshot', {
    format: 'webp',
    quality: 82,
    clip: { x: 0, y: 0, width, height, scale },
  })
  await writeFile(join(folder, `${name}.webp`), Buffer.from(data, 'base64'))
}
