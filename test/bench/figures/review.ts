import { createHash } from 'node:crypto'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import type { FileChange } from '#shared/domain/transcript.ts'
import { BlobHash } from '#shared/ids.ts'
import { setup as buildApp } from '../../../scripts/build-web.ts'
import { desktop, launchBrowser, phone } from '../../e2e/app.ts'
import { measured, type Figure, type Row } from '../lib/figure.ts'
import { runnerKey, type Session } from '../lib/session.ts'
import { openStage, startScriptedRun } from '../lib/stage.ts'
import { signIn } from '../lib/window.ts'

const files = 300
const changedLines = 50_000
/** How much slower a phone is. */
const slower = 4

declare global {
  interface Window {
    reviewTasks: number[]
    reviewAt: number | undefined
  }
}

/** The diff of a large run, on a desk and on a phone: how soon the first file is read, and what scrolling costs. */
export const figure: Figure = {
  name: 'review',
  about: `a diff of ${files} files and ${changedLines.toLocaleString('en-GB')} lines, in Chromium`,
  async run({ quick, say }) {
    await buildApp()
    const browser = await launchBrowser()
    const stage = await openStage({ DROVER_EMBEDDED_RUNNER: 'off' })
    try {
      const { runner, runId } = await startScriptedRun(stage.session)
      say('makes the diff …')
      const key = await runnerKey(stage.session)
      const changes: FileChange[] = []
      for (let index = 0; index < files; index++) changes.push(await changed(index, { session: stage.session, key }))
      runner.emit(runId, { type: 'files', files: changes })
      await runner.next('ack', (one) => one.runId === runId && one.seq >= runner.lastSeq(runId))
      const address = `${stage.session.origin}/runs/${runId}`
      const rows = [
        ...(await figures(browser, { session: stage.session, address, on: 'desk', times: quick ? 2 : 12 })),
        ...(await figures(browser, { session: stage.session, address, on: 'phone', times: quick ? 2 : 12 })),
      ]
      runner.close()
      return rows
    } finally {
      await browser.close()
      await stage.close()
    }
  },
}

async function changed(index: number, to: { session: Session; key: string }): Promise<FileChange> {
  const parts = 7
  const each = Math.round(changedLines / files / parts / 2)
  let patch = `--- a/src/file-${index}.ts\n+++ b/src/file-${index}.ts\n`
  for (let part = 0; part < parts; part++) {
    const start = 1 + part * 100
    patch += `@@ -${start},${each + 6} +${start},${each + 6} @@\n`
    for (let n = 0; n < 3; n++) patch += ` const before${n} = await read('${part}', { index: ${n} })\n`
    for (let n = 0; n < each; n++) patch += `-  const value${n} = compute(${part}, ${n}) // as it was\n`
    for (let n = 0; n < each; n++) patch += `+  const value${n} = computeAnew(${part}, ${n}) // as it is now\n`
    for (let n = 0; n < 3; n++) patch += ` export function after${n}(): void {}\n`
  }
  const hash = BlobHash.parse(createHash('sha256').update(patch).digest('hex'))
  const answer = await fetch(`${to.session.origin}/api/runner/blobs/${hash}`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${to.key}`, 'content-type': 'application/octet-stream' },
    body: patch,
  })
  if (!answer.ok) throw new Error(`a blob was refused: ${answer.status}`)
  const path = `src/part-${index % 12}/file-${index}.ts`
  return { path, status: 'modified', added: each * parts, removed: each * parts, blob: hash }
}

async function figures(
  browser: Browser,
  { session, address, on, times }: { session: Session; address: string; on: 'desk' | 'phone'; times: number },
): Promise<Row[]> {
  const context = await browser.newContext(on === 'phone' ? phone : desktop)
  await signIn(context, session)
  await context.addInitScript(watchTasks)
  const readable: number[] = []
  const longest: number[] = []
  try {
    const page = await openRun(context, address, on)
    // The sheet of details stays open behind the changes.
    if (on === 'phone') {
      await page.getByRole('button', { name: /^More/ }).first().click()
      await page.getByRole('menuitem', { name: 'Details' }).click()
    }
    for (let n = 0; n < times + 1; n++) {
      await opener(page).waitFor()
      const ms = await openChanges(page)
      if (n > 0) readable.push(ms)
      longest.push(await scroll(page))
      await page.keyboard.press('Escape')
      await page.getByRole('dialog', { name: 'Changes' }).waitFor({ state: 'detached' })
    }
  } finally {
    await context.close()
  }
  const where = on === 'phone' ? `a phone (390 px, ${slower} times slower)` : 'a desk'
  const [first, tasks] = [measured(readable), measured(longest)]
  return [
    {
      what: `${where}: press → first file readable`,
      unit: 'ms',
      ours: first,
      target: { text: 'p50 ≤ 300', met: first.median <= 300 },
    },
    {
      what: `${where}: longest task while scrolling through five files`,
      unit: 'ms',
      ours: tasks,
      target: { text: 'none over 50', met: tasks.p99 <= 50 },
    },
  ]
}

/** Tasks over 50 ms are the only ones that a browser tells; none counts as 0. */
function watchTasks(): void {
  window.reviewTasks = []
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) window.reviewTasks.push(entry.duration)
  }).observe({ type: 'longtask' })
}

async function openRun(context: BrowserContext, address: string, on: 'desk' | 'phone'): Promise<Page> {
  const page = await context.newPage()
  await page.goto(address)
  await page.getByRole('log').waitFor()
  if (on === 'phone') {
    const client = await context.newCDPSession(page)
    await client.send('Emulation.setCPUThrottlingRate', { rate: slower })
  }
  return page
}

const opener = (page: Page) => page.getByRole('button', { name: /file-0\.ts/ }).first()

async function openChanges(page: Page): Promise<number> {
  await page.evaluate(() => {
    window.reviewAt = undefined
    const begun = performance.now()
    const look = (): void => {
      if (document.querySelectorAll('[data-line]').length < 10) return void requestAnimationFrame(look)
      window.reviewAt = performance.now() - begun
    }
    const button = [...document.querySelectorAll('button')].find((one) => /file-0\.ts/.test(one.textContent))
    button?.click()
    look()
  })
  await page.waitForFunction(() => window.reviewAt !== undefined, undefined, { timeout: 60_000, polling: 20 })
  return page.evaluate(() => window.reviewAt ?? Number.NaN)
}

/** Wheel and next file, as fast as a thumb. */
async function scroll(page: Page): Promise<number> {
  // What belongs to the opening is over.
  await page.waitForTimeout(1_000)
  await page.evaluate(() => void (window.reviewTasks = []))
  const box = await page.locator('[data-line]').first().boundingBox()
  await page.mouse.move((box?.x ?? 0) + 80, (box?.y ?? 0) + 100)
  for (let file = 0; file < 5; file++) {
    for (let n = 0; n < 30; n++) {
      await page.mouse.wheel(0, 240)
      await page.waitForTimeout(16)
    }
    await page.keyboard.press('ArrowRight')
    await page.waitForTimeout(200)
  }
  return page.evaluate(() => Math.max(0, ...window.reviewTasks))
}
