import type { BrowserContext, Page } from 'playwright-core'
import type { RunId } from '#shared/ids.ts'
import { setup as buildApp } from '../../../scripts/build-web.ts'
import { launchBrowser } from '../../e2e/app.ts'
import { measured, type Figure, type Row } from '../lib/figure.ts'
import { fillTranscript } from '../lib/long-transcript.ts'
import { fillWithRuns } from '../lib/many-runs.ts'
import { makeRun, openStage, type Stage } from '../lib/stage.ts'
import { openProfile } from '../lib/window.ts'

/** Runs beside the ones that are opened. */
const others = 500
const long = 5_000
const longest = 100_000
/** Scrolled back from the newest before the jump to it. */
const pagesBack = 20

/** Transcripts on the device: from one run to another, a long one from the store, and back to the newest of a very long one. */
export const figure: Figure = {
  name: 'transcript',
  about: 'transcripts on the device, in Chromium',
  async run({ quick, say }) {
    await buildApp()
    const times = quick ? 3 : 30
    const stage = await openStage({ DROVER_EMBEDDED_RUNNER: 'off' })
    const browser = await launchBrowser()
    try {
      say(`${others} runs, transcripts of 300, 320, ${long} and ${longest} entries …`)
      await fillWithRuns(stage, others)
      const [one, two, three, four] = [
        await filled(stage, 300),
        await filled(stage, 320),
        await filled(stage, long),
        await filled(stage, longest),
      ]
      const context = await openProfile(browser, stage.session)
      await keepOffline(context, stage, [one, two, three])
      say('switching …')
      const rows = [
        await switching(context, stage, one, two, times),
        await switching(context, stage, two, three, times),
        await fromStore(context, stage, three, times),
      ]
      say('jumping …')
      rows.push(await jumping(context, stage, four, quick ? 3 : 15))
      return rows
    } finally {
      await browser.close()
      await stage.close()
    }
  },
}

type Filled = { readonly runId: RunId; readonly last: string; readonly count: number }

async function filled(stage: Stage, count: number): Promise<Filled> {
  const runId = await makeRun(stage.session)
  return { runId, last: await fillTranscript(stage, runId, count), count }
}

const address = (stage: Stage, { runId }: Filled): string => `${stage.session.origin}/runs/${runId}`

/** Each of them whole on the device, and the app's shell with it. */
async function keepOffline(context: BrowserContext, stage: Stage, all: readonly Filled[]): Promise<void> {
  const page = await context.newPage()
  for (const one of all) {
    await page.goto(address(stage, one))
    await page.getByText(one.last).first().waitFor()
    await page.locator('header').getByRole('button', { name: 'More' }).last().click()
    await page.getByRole('menuitem', { name: 'Keep offline' }).click()
    await page.getByText('Kept offline', { exact: true }).waitFor({ timeout: 120_000 })
  }
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined))
  // Replicache writes to the device's store a while after it shows.
  await page.waitForTimeout(4_000)
  await page.close()
}

/** In the page: the time from `act` until the words are in the log. */
async function until(page: Page, words: string, act: 'back' | 'forward' | 'end' | `/runs/${string}`): Promise<number> {
  return page.evaluate(
    ([wanted, how]) =>
      new Promise<number>((resolve) => {
        const began = performance.now()
        const look = (): void => {
          const log = document.querySelector('[role=log]')
          if (log?.textContent?.includes(wanted) !== true) return
          observer.disconnect()
          requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - began)))
        }
        const observer = new MutationObserver(look)
        observer.observe(document, { childList: true, subtree: true, characterData: true })
        if (how === 'end')
          document
            .querySelector('[role=log]')
            ?.dispatchEvent(new KeyboardEvent('keydown', { key: 'End', bubbles: true, cancelable: true }))
        else if (how === 'back') history.back()
        else if (how === 'forward') history.forward()
        else {
          history.pushState(null, '', how)
          dispatchEvent(new PopStateEvent('popstate'))
        }
      }),
    [words, act] as const,
  )
}

/** Both were shown a moment ago. */
async function switching(context: BrowserContext, stage: Stage, one: Filled, two: Filled, times: number): Promise<Row> {
  const page = await context.newPage()
  await page.goto(address(stage, one))
  await page.getByText(one.last).first().waitFor()
  await go(page, two.runId)
  await page.getByText(two.last).first().waitFor()
  const samples: number[] = []
  for (let n = 0; n < 2 * times; n++) {
    const isBack = n % 2 === 0
    samples.push(await until(page, isBack ? one.last : two.last, isBack ? 'back' : 'forward'))
  }
  await page.close()
  const ours = measured(samples)
  return {
    what: `between two open runs among ${others}, of ${one.count} and ${two.count} entries`,
    unit: 'ms',
    ours,
    target: { text: 'p50 ≤ 50', met: ours.median <= 50 },
  }
}

/** Through the app's own router, as a link in it does. */
async function go(page: Page, runId: RunId): Promise<void> {
  await page.evaluate((id) => {
    history.pushState(null, '', `/runs/${id}`)
    dispatchEvent(new PopStateEvent('popstate'))
  }, runId)
}

/** A page that has not shown it yet: its store has to be opened, and no network helps. */
async function fromStore(context: BrowserContext, stage: Stage, long: Filled, times: number): Promise<Row> {
  await context.setOffline(true)
  const samples: number[] = []
  for (let n = 0; n < times; n++) {
    const page = await context.newPage()
    await page.goto(`${stage.session.origin}/runs`)
    await page.locator('[data-row]').first().waitFor()
    // What a page fetches once it is idle is here.
    await page.waitForTimeout(1_500)
    samples.push(await until(page, long.last, `/runs/${long.runId}`))
    await page.close()
  }
  await context.setOffline(false)
  const ours = measured(samples)
  return {
    what: `the newest screen of ${long.count} entries, from a store that is not open`,
    unit: 'ms',
    ours,
    target: { text: 'p50 ≤ 50', met: ours.median <= 50 },
  }
}

async function jumping(context: BrowserContext, stage: Stage, longest: Filled, times: number): Promise<Row> {
  const page = await context.newPage()
  const samples: number[] = []
  for (let n = 0; n < times; n++) {
    await page.goto(address(stage, longest))
    await page.getByText(longest.last).first().waitFor()
    const log = page.getByRole('log')
    for (let back = 0; back < pagesBack; back++) {
      const before = await log.evaluate((of) => of.scrollHeight)
      await log.evaluate((of) => of.scrollTo({ top: 0 }))
      await page
        .waitForFunction((height) => (document.querySelector('[role=log]')?.scrollHeight ?? 0) > height, before, {
          timeout: 5_000,
        })
        .catch(() => undefined)
    }
    await log.evaluate((of) => of.scrollTo({ top: 0 }))
    await page.getByText(longest.last).first().waitFor({ state: 'detached' })
    await log.focus()
    samples.push(await until(page, longest.last, 'end'))
  }
  await page.close()
  const ours = measured(samples)
  return {
    what: `back to the newest of ${longest.count} entries (the newest ${pagesBack * 200} shown)`,
    unit: 'ms',
    ours,
    target: { text: 'p50 ≤ 200', met: ours.median <= 200 },
  }
}
