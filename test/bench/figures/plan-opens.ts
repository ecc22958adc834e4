import type { Browser, BrowserContext, Page } from 'playwright-core'
import { Doc, XmlElement, XmlText } from 'yjs'
import type { PlanId } from '#shared/ids.ts'
import { planField } from '#sync/core/plan/schema.ts'
import { setup as buildApp } from '../../../scripts/build-web.ts'
import { launchBrowser } from '../../e2e/app.ts'
import { openPlanClient } from '../../plan-client.ts'
import { seeded } from '../../seed.ts'
import { editingTrace } from '../lib/editing-trace.ts'
import { measured, type Figure, type Row } from '../lib/figure.ts'
import { importPlan } from '../lib/plans.ts'
import type { Session } from '../lib/session.ts'
import { openStage } from '../lib/stage.ts'
import { openProfile } from '../lib/window.ts'

const operations = 260_000
/** What the last paragraph says, so that one sees when all of the text is there. */
const last = 'Here the paper ends.'
/** After a start of the app, until it has done what it does of itself. */
const settleMs = 2_500

/** A plan that was written for months, on a device without a network: from its link to its text, each time in an app that has just started. */
export const figure: Figure = {
  name: 'plan-opens',
  about: `a plan of ${operations.toLocaleString('en')} operations (generated) opens on a device without a network`,
  async run({ quick, seed, say }) {
    await buildApp()
    const browser = await launchBrowser()
    const stage = await openStage({ DROVER_EMBEDDED_RUNNER: 'off' })
    try {
      say(`${operations.toLocaleString('en')} operations …`)
      const planId = await writePaper(stage.session, seed ?? 1)
      return [await openings(browser, stage.session, planId, quick ? 6 : 20)]
    } finally {
      await browser.close()
      await stage.close()
    }
  },
}

async function writePaper(session: Session, seed: number): Promise<PlanId> {
  const planId = await importPlan(session, 'A paper', '# A paper')
  const doc = new Doc()
  for (const _ of editingTrace(doc, operations, seeded(seed)));
  const [end, text] = [new XmlElement('paragraph'), new XmlText(last)]
  end.insert(0, [text])
  doc.getXmlFragment(planField).push([end])
  const client = openPlanClient({ url: session.origin, cookie: session.cookie, planId, doc })
  try {
    await client.synced()
    await client.stored()
  } finally {
    client.close()
  }
  return planId
}

async function openings(browser: Browser, session: Session, planId: PlanId, times: number): Promise<Row> {
  const context: BrowserContext = await openProfile(browser, session)
  const page = await context.newPage()
  // The device gets it, and the app that starts without a network.
  await page.goto(`${session.origin}/plans/${planId}`)
  await page.getByText(last).waitFor({ timeout: 60_000 })
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined))
  await page.waitForTimeout(settleMs)
  const samples: number[] = []
  await context.setOffline(true)
  for (let n = 0; n < times + 1; n++) {
    await page.goto(`${session.origin}/plans`)
    await page.locator(`a[href*="${planId}"]`).first().waitFor()
    await page.waitForTimeout(settleMs)
    const took = await open(page, planId)
    if (n > 0) samples.push(took)
  }
  await context.close()
  const ours = measured(samples)
  return {
    what: `a plan of ${operations.toLocaleString('en')} operations without a network: its link pressed → its text is drawn`,
    unit: 'ms',
    ours,
    target: { text: 'p50 ≤ 150', met: ours.median <= 150 },
  }
}

function open(page: Page, planId: PlanId): Promise<number> {
  return page.evaluate(
    async ({ id, words }) => {
      const link = document.querySelector<HTMLElement>(`a[href*="${id}"]`)
      const began = performance.now()
      link?.click()
      await new Promise<void>((resolve) => {
        const look = (): void => {
          const box = document.querySelector('[role=textbox][contenteditable=true]')
          if (box?.textContent?.includes(words) === true) requestAnimationFrame(() => resolve())
          else requestAnimationFrame(look)
        }
        look()
      })
      return performance.now() - began
    },
    { id: planId, words: last },
  )
}
