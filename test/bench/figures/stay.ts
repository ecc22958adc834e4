import type { BrowserContext, CDPSession, Page } from 'playwright-core'
import type { RunId } from '#shared/ids.ts'
import { keys } from '#sync/core/keys.ts'
import { setup as buildApp } from '../../../scripts/build-web.ts'
import { launchBrowser } from '../../e2e/app.ts'
import type { ScriptedRunner } from '../../fakes/scripted-runner.ts'
import { measured, single, type Figure, type Row } from '../lib/figure.ts'
import { entryOf, fillTranscript, line } from '../lib/long-transcript.ts'
import { newId, openDevice } from '../lib/session.ts'
import { openStage, startScriptedRuns, type Stage } from '../lib/stage.ts'
import { openProfile } from '../lib/window.ts'

const longest = 100_000
const streams = 5
/** Entries a second and run. */
const rate = 10
const megabyte = 1024 * 1024
/** As browsers call slow 3G: 400 kbit/s both ways, 400 ms there and back. */
const slow3g = { offline: false, latency: 400, downloadThroughput: 50_000, uploadThroughput: 50_000 }

/** An app that stays open: its memory while runs stream for minutes, and how soon it is true again after a time away. */
export const figure: Figure = {
  name: 'stay',
  about: 'an app that stays open, in Chromium',
  async run({ quick, say }) {
    await buildApp()
    const stage = await openStage({ DROVER_EMBEDDED_RUNNER: 'off' })
    const browser = await launchBrowser()
    try {
      const { runner, runIds } = await startScriptedRuns(stage.session, streams, async (runId, index) => {
        if (index === 0) await fillTranscript(stage, runId, longest)
      })
      const [followed] = runIds
      if (followed === undefined) throw new Error('no run')
      const context = await openProfile(browser, stage.session)
      const minutes = quick ? 1 : 10
      say(`five runs stream for ${minutes} minutes …`)
      const rows = await heap(context, stage, runner, runIds, minutes)
      say('away and back …')
      rows.push(await away(context, stage, followed, quick ? 2 : 10))
      runner.close()
      return rows
    } finally {
      await browser.close()
      await stage.close()
    }
  },
}

async function heap(
  context: BrowserContext,
  stage: Stage,
  runner: ScriptedRunner,
  runIds: readonly RunId[],
  minutes: number,
): Promise<Row[]> {
  const page = await context.newPage()
  await page.goto(`${stage.session.origin}/runs/${runIds[0]}`)
  await page.getByText(line(longest)).first().waitFor()
  const tools = await context.newCDPSession(page)
  const streaming = stream(runner, runIds)
  const used: number[] = []
  try {
    for (let minute = 0; minute < minutes; minute++) {
      await page.waitForTimeout(60_000)
      // A page that has stopped following would be small too.
      await page.getByText(line(streaming.said())).first().waitFor()
      used.push(await heapOf(tools))
    }
  } finally {
    streaming.stop()
  }
  await page.close()
  const [first = Number.NaN, last = Number.NaN] = [used[Math.min(1, used.length - 1)], used.at(-1)]
  return [
    {
      what: `heap with ${streams} streaming runs, one of them followed after ${longest} entries`,
      unit: 'MB',
      ours: measured(used),
      target: { text: 'never over 150', met: Math.max(...used) <= 150 },
    },
    {
      what: 'heap at the end, beside that of the second minute',
      unit: 'MB',
      ours: single(last),
      beside: { what: 'second minute', measured: single(first) },
      target: { text: 'level: ratio ≤ 1.1', met: last <= 1.1 * first },
    },
  ]
}

/** What stays after a collection. */
async function heapOf(tools: CDPSession): Promise<number> {
  await tools.send('HeapProfiler.collectGarbage')
  const { usedSize } = await tools.send('Runtime.getHeapUsage')
  return usedSize / megabyte
}

/** Each run says something `rate` times a second; `said`: the newest entry of the first one. */
function stream(runner: ScriptedRunner, runIds: readonly RunId[]): { said: () => number; stop: () => void } {
  const next = new Map(runIds.map((runId, index) => [runId, index === 0 ? longest : 0]))
  const timer = setInterval(() => {
    for (const [runId, before] of next) {
      next.set(runId, before + 1)
      runner.emit(runId, { type: 'entry', entry: entryOf(before + 1) })
    }
  }, 1000 / rate)
  return { said: () => [...next.values()][0] ?? 0, stop: () => clearInterval(timer) }
}

/**
 * The page is hidden and frozen and its network is gone, as on a phone in a pocket; meanwhile the run is renamed. From the moment at which it is
 * seen again, on a slow line, until it shows the new name. How long it was away changes nothing for the page: a socket that is gone after a
 * minute is as gone as after thirty.
 */
async function away(context: BrowserContext, stage: Stage, runId: RunId, times: number): Promise<Row> {
  const page = await context.newPage()
  await page.goto(`${stage.session.origin}/runs/${runId}`)
  await page.getByRole('heading', { level: 1 }).waitFor()
  const tools = await context.newCDPSession(page)
  await tools.send('Network.enable')
  const other = openDevice(stage.session)
  await new Promise<void>((resolve) => {
    other.subscribe(
      (tx) => tx.get(keys.run(runId)),
      (row) => row !== undefined && resolve(),
    )
  })
  const samples: number[] = []
  let reloads = 0
  page.on('framenavigated', (frame) => frame === page.mainFrame() && reloads++)
  try {
    for (let n = 0; n < times; n++) {
      await lifecycle(page, 'hidden')
      await tools.send('Network.emulateNetworkConditions', { ...slow3g, offline: true })
      await tools.send('Page.setWebLifecycleState', { state: 'frozen' })
      const title = `Renamed ${newId()}`
      await other.mutate.renameRun({ runId, title })
      await page.waitForTimeout(5_000)
      await tools.send('Network.emulateNetworkConditions', slow3g)
      await tools.send('Page.setWebLifecycleState', { state: 'active' })
      const began = performance.now()
      await lifecycle(page, 'visible')
      await page.getByRole('heading', { level: 1, name: title }).waitFor({ timeout: 60_000 })
      samples.push(performance.now() - began)
    }
  } finally {
    await other.close()
  }
  await page.close()
  const ours = measured(samples)
  return {
    what: `from the background to the foreground on slow 3G: the true title (${reloads} reloads)`,
    unit: 'ms',
    ours,
    target: { text: 'p99 ≤ 2000, no reload', met: ours.p99 <= 2000 && reloads === 0 },
  }
}

/** Browsers without a window never hide a page: it is told so. */
async function lifecycle(page: Page, state: 'hidden' | 'visible'): Promise<void> {
  await page.evaluate((now) => {
    Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => now })
    document.dispatchEvent(new Event('visibilitychange'))
  }, state)
}
