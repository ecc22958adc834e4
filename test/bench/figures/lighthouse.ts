import { join } from 'node:path'
import lighthouse from 'lighthouse'
import { chromium } from 'playwright-core'
import { HarnessId } from '#shared/domain/harness.ts'
import { hasEnded, Run } from '#shared/domain/run.ts'
import { Runner } from '#shared/domain/team.ts'
import { PromptId, RunId } from '#shared/ids.ts'
import { keys } from '#sync/core/keys.ts'
import { getRow, scanRows } from '#sync/core/transaction.ts'
import { single, type Figure, type FigureOptions, type Row } from '../lib/figure.ts'
import { makeFolder } from '../lib/folder.ts'
import { startRunner } from '../lib/processes.ts'
import { newId, openDevice, runnerKey, type Session } from '../lib/session.ts'
import { openStage } from '../lib/stage.ts'
import { until } from '../lib/until.ts'
import { signIn } from '../lib/window.ts'
import { asking, browserFlags, browserPath } from '../../e2e/app.ts'
import { freePort } from '../../e2e/road.ts'
import { setup as buildApp } from '../../../scripts/build-web.ts'

/** Least scores, of 100. */
const bounds = { accessibility: 100, 'best-practices': 100, performance: 95 } as const
const categories = ['accessibility', 'best-practices', 'performance'] as const
const runs = ['# Look around\n\n```sh\necho first\n```\n', asking('Tidy the shop'), '# Count\n\n```sh\nseq 40\n```\n']

/**
 * The built app for a signed-in person, as Lighthouse's slow phone opens it: nothing cached, no service worker. It reckons the network and the
 * processor of that phone from what it sees here, so a machine that is busy makes its figures worse.
 */
export const figure: Figure = {
  name: 'lighthouse',
  about: 'Lighthouse’s scores on a phone, signed in',
  async run({ say }) {
    await buildApp()
    const stage = await openStage()
    const runner = startRunner({
      DROVER_URL: stage.session.origin,
      DROVER_API_KEY: await runnerKey(stage.session),
      DROVER_RUNNER_DIR: join(stage.dataDir, 'runner'),
      DROVER_RUNNER_NAME: 'bench',
    })
    try {
      const runId = await makeRuns(stage.session)
      const { origin } = stage.session
      const pages = { inbox: `${origin}/inbox`, runs: `${origin}/runs`, run: `${origin}/runs/${runId}` }
      const rows: Row[] = []
      for (const [name, url] of Object.entries(pages)) rows.push(...(await scores({ name, url, say }, stage.session)))
      return rows
    } finally {
      await runner.end('SIGTERM')
      await stage.close()
    }
  },
}

/** Runs that are done and one that asks; the one that asks. */
async function makeRuns(session: Session): Promise<RunId> {
  const device = openDevice(session)
  await until(
    device,
    (tx) => scanRows(tx, keys.runners, Runner),
    (all) => all.length > 0,
  )
  const made: RunId[] = []
  for (const prompt of runs) {
    const runId = RunId.parse(newId())
    made.push(runId)
    await device.mutate.createRun({
      runId,
      promptId: PromptId.parse(newId()),
      prompt,
      config: { harness: HarnessId.parse('runbook'), sandbox: 'direct' },
    })
  }
  const settled = await Promise.all(
    made.map((runId) =>
      until(
        device,
        (tx) => getRow(tx, keys.run(runId), Run),
        (run) => run !== undefined && (hasEnded(run.state) || run.asks !== undefined),
      ),
    ),
  )
  await device.close()
  const asks = settled.find((run) => run !== undefined && !hasEnded(run.state))
  if (asks === undefined) throw new Error('no run asks, so a page would be measured without its card')
  return asks.id
}

/** One page in a browser of its own, so that no page has what another one has loaded. */
async function scores(
  page: { readonly name: string; readonly url: string } & Pick<FigureOptions, 'say'>,
  session: Session,
): Promise<readonly Row[]> {
  const folder = await makeFolder()
  const port = await freePort()
  const context = await chromium.launchPersistentContext(folder.path, {
    ...(browserPath === undefined ? {} : { executablePath: browserPath }),
    args: [...browserFlags, `--remote-debugging-port=${port}`],
  })
  try {
    await signIn(context, session)
    const result = await lighthouse(page.url, { port, logLevel: 'error', onlyCategories: [...categories] })
    if (result === undefined) throw new Error(`Lighthouse has no result for ${page.url}`)
    const { lhr } = result
    if (lhr.runtimeError !== undefined) throw new Error(`${page.url}: ${lhr.runtimeError.message}`)
    // A page that sent us elsewhere, such as to sign in, is not the one that was meant.
    if (lhr.finalDisplayedUrl !== page.url) throw new Error(`${page.url} led to ${lhr.finalDisplayedUrl}`)
    for (const id of categories) {
      const missed = (lhr.categories[id]?.auditRefs ?? []).filter((one) => one.weight > 0)
      for (const { id: audit } of missed) {
        const { score, title, displayValue } = lhr.audits[audit] ?? {}
        if (typeof score === 'number' && score < 1)
          page.say(`  ${page.name}, ${id}: ${title ?? audit} ${displayValue ?? ''} (${Math.round(score * 100)})`)
      }
    }
    return categories.map((id) => {
      const score = Math.round((lhr.categories[id]?.score ?? 0) * 100)
      const text = `≥ ${bounds[id]}`
      return {
        what: `${page.name}: ${id}`,
        unit: 'of 100',
        ours: single(score),
        target: { text, met: score >= bounds[id] },
      }
    })
  } finally {
    await context.close()
    await folder.remove()
  }
}
