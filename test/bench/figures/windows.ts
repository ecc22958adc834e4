import { fileURLToPath } from 'node:url'
import type { Browser, Page } from 'playwright-core'
import { build } from 'vite'
import { launchBrowser } from '../../e2e/app.ts'
import { makeFolder } from '../lib/folder.ts'
import { measured, type Figure } from '../lib/figure.ts'
import { invite, type Session } from '../lib/session.ts'
import { makeRun, openStage } from '../lib/stage.ts'
import { openProfile } from '../lib/window.ts'

const kinds = ['ours', 'stock'] as const
const perRound = 100
const warmUp = 10

/** The same as `mutation`, between two windows of a real Chromium with IndexedDB, each with a profile of its own. */
export const figure: Figure = {
  name: 'windows',
  about: 'a user’s mutation in one Chromium window → subscription in another',
  async run({ quick }) {
    const pages = await makeFolder()
    await build({
      configFile: false,
      logLevel: 'error',
      root: fileURLToPath(new URL('../pages', import.meta.url)),
      define: { 'process.env.NODE_ENV': '"production"' },
      build: { outDir: pages.path, emptyOutDir: true, target: 'es2023' },
    })
    const stage = await openStage({ DROVER_WEB_DIR: pages.path })
    const browser = await launchBrowser()
    try {
      const other = await invite(stage.session, 'member')
      const runId = await makeRun(stage.session)
      const taken = { ours: [] as number[], stock: [] as number[] }
      for (let turn = 0; turn < (quick ? 1 : 5); turn++) {
        for (const kind of kinds) {
          const [a, b] = await Promise.all(
            [stage.session, other].map((session) => openWindow(browser, session, runId, kind)),
          )
          if (a === undefined || b === undefined) throw new Error('no windows')
          for (let n = 0; n < warmUp + perRound; n++) {
            const before = await b.evaluate(() => window.pair.seen.length)
            await a.evaluate(() => window.pair.write())
            await b.waitForFunction((count) => window.pair.seen.length > count, before, {
              polling: 20,
              timeout: 20_000,
            })
            const ms = await b.evaluate(() => window.pair.seen.at(-1))
            if (n >= warmUp && ms !== undefined) taken[kind].push(ms)
          }
          await Promise.all([a.context().close(), b.context().close()])
        }
      }
      const [ours, stock] = [measured(taken.ours), measured(taken.stock)]
      return [
        {
          what: 'window → window',
          unit: 'ms',
          ours,
          beside: { what: 'stock Replicache, poke and pull', measured: stock },
          target: { text: 'p50 ≤ 12', met: ours.median <= 12 },
        },
      ]
    } finally {
      await browser.close()
      await stage.close()
      await pages.remove()
    }
  },
}

declare global {
  interface Window {
    readonly pair: { open(who: object): Promise<void>; write(): void; readonly seen: number[] }
  }
}

async function openWindow(browser: Browser, session: Session, runId: string, kind: 'ours' | 'stock'): Promise<Page> {
  const context = await openProfile(browser, session)
  const page = await context.newPage()
  await page.goto(session.origin)
  await page.waitForFunction(() => 'pair' in window)
  await page.evaluate((who) => window.pair.open(who), { userId: session.userId, teamId: session.teamId, runId, kind })
  return page
}
