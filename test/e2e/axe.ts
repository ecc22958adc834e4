import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type { Page } from 'playwright-core'

const source = readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

type Axe = {
  run: (
    context: unknown,
    options: unknown,
  ) => Promise<{ violations: { id: string; help: string; nodes: { html: string; failureSummary?: string }[] }[] }>
}

/** What axe finds on the page as it stands, one line for each finding; empty when there is nothing. By all rules of WCAG 2.2 AA, or by these alone. */
export async function axeFindings(page: Page, rules?: readonly string[]): Promise<string[]> {
  // Evaluated in the page's own world by the debugger, so that our content security policy stays as it is.
  await page.evaluate(await source)
  let before: string | undefined
  for (let look = 1; ; look++) {
    await untilStill(page)
    const findings = await findingsNow(page, rules)
    const found = findings.join('\n')
    // What came in, and stood, while it looked is looked at once more.
    if (findings.length === 0 || found === before || look === mostLooks) return findings
    before = found
  }
}

const mostLooks = 4

/** What is still fading in has another contrast than what people will read. */
function untilStill(page: Page): Promise<void> {
  return page.evaluate(async () => {
    // A theme that was just changed is drawn with the next frame, and its colours fade over from there.
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))
    const ends = document
      .getAnimations()
      .filter((one) => one.playState === 'running' && Number.isFinite(one.effect?.getComputedTiming().endTime))
    // One that is halted, such as by a page that the browser does not draw, never ends.
    const halted = new Promise((resolve) => setTimeout(resolve, 5000))
    await Promise.race([Promise.allSettled(ends.map((one) => one.finished)), halted])
  })
}

function findingsNow(page: Page, only: readonly string[] | undefined): Promise<string[]> {
  return page.evaluate(async (rules) => {
    const { axe } = globalThis as unknown as { axe: Axe }
    const { violations } = await axe.run(document, {
      runOnly: rules ?? ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'],
      // Experimental: counts a hidden key cap (“New run N”) as a part of the visible name.
      // It would write the app's rules into a `<style>` of its own, which the content security policy refuses.
      preload: false,
      rules: { 'label-content-name-mismatch': { enabled: false } },
    })
    return violations.flatMap((one) =>
      one.nodes.map((node) => `${one.id}: ${one.help}: ${node.html.slice(0, 200)} ${node.failureSummary ?? ''}`),
    )
  }, only)
}
