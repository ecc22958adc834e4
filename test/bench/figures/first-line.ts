import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Page } from 'playwright-core'
import { HarnessId } from '#shared/domain/harness.ts'
import { hasEnded, Run } from '#shared/domain/run.ts'
import { Runner } from '#shared/domain/team.ts'
import { PromptId, RunId } from '#shared/ids.ts'
import { keys } from '#sync/core/keys.ts'
import { getRow, scanRows } from '#sync/core/transaction.ts'
import type { Workspace } from '#sync/client/workspace.ts'
import { inheritedEnvironment } from '#server/config.ts'
import { measured, type Figure, type Row } from '../lib/figure.ts'
import { startRunner } from '../lib/processes.ts'
import { newId, openDevice, runnerKey } from '../lib/session.ts'
import { openStage } from '../lib/stage.ts'
import { until } from '../lib/until.ts'
import { openProfile } from '../lib/window.ts'
import { launchBrowser } from '../../e2e/app.ts'
import { newRunWords } from '#web/words/new-run.ts'
import { setup as buildApp } from '../../../scripts/build-web.ts'

type Sandbox = 'direct' | 'docker'
/** The line that it prints stands nowhere in the prompt. */
const command = "echo first''-line"
const line = 'first-line'
const prompt = `\`\`\`sh\n${command}\n\`\`\`\n`
const image = 'drover-test-base:bookworm'

/** Pressing "Run" → the first line of `runbook`'s output: in the app in Chromium, and on a client in Node. The runner is a process of its own. */
export const figure: Figure = {
  name: 'first-line',
  about: 'pressing Run → first output line of runbook',
  async run({ quick, say }) {
    await buildApp()
    const stage = await openStage()
    const browser = await launchBrowser()
    let device = openDevice(stage.session)
    const runner = startRunner({
      DROVER_URL: stage.session.origin,
      DROVER_API_KEY: await runnerKey(stage.session),
      DROVER_RUNNER_DIR: join(stage.dataDir, 'runner'),
      DROVER_RUNNER_NAME: 'bench',
      DROVER_DOCKER_IMAGE: image,
    })
    try {
      const [connected] = await runnersOf(device)
      // A second device would take its part of the processors while the app is measured.
      await device.close()
      const rows: Row[] = []
      const page = await (await openProfile(browser, stage.session)).newPage()
      const alone = (): Promise<number> => timed(() => once(spawn('sh', ['-c', command]).stdout, 'data'))
      const shown = await rounds(() => pressRunInApp(page, stage.session.origin), alone, quick ? 10 : 500, 5)
      rows.push({
        what: 'direct, in the app in Chromium',
        unit: 'ms',
        ours: shown.ours,
        beside: { what: `sh -c "${command}" alone`, measured: shown.beside },
        target: { text: 'p50 ≤ 300', met: shown.ours.median <= 300 },
      })
      await page.context().close()
      device = openDevice(stage.session)
      await runnersOf(device)
      const direct = await rounds(() => pressRun(device, 'direct'), alone, quick ? 10 : 500, 5)
      rows.push({
        what: 'direct, on a client in Node',
        unit: 'ms',
        ours: direct.ours,
        beside: { what: `sh -c "${command}" alone`, measured: direct.beside },
      })
      if (connected?.sandboxes.includes('docker') === true && (await hasImage())) {
        const bare = ['run', '--rm', '--network=none', image, 'sh', '-c', command]
        const docker = await rounds(
          () => pressRun(device, 'docker'),
          () => timed(() => once(spawn('docker', bare).stdout, 'data')),
          quick ? 5 : 500,
          3,
        )
        rows.push({
          what: 'in Docker, on a client in Node',
          unit: 'ms',
          ours: docker.ours,
          beside: { what: 'docker run of the same, to its first line', measured: docker.beside },
          target: { text: 'ratio ≤ 1.3', met: docker.ours.median <= 1.3 * docker.beside.median },
        })
      } else say(`  skipped: in Docker (no engine, or no image ${image}; scripts/test-engines.sh brings both)`)
      return rows
    } finally {
      await browser.close()
      await device.close()
      await runner.end('SIGTERM')
      await stage.close()
    }
  },
}

/** Waits for the team's rows, and in them for the runner. */
function runnersOf(device: Workspace): Promise<readonly Runner[]> {
  return until(
    device,
    (tx) => scanRows(tx, keys.runners, Runner),
    (all) => all.length > 0,
  )
}

async function rounds(
  mine: () => Promise<number>,
  beside: () => Promise<number>,
  count: number,
  warmUp: number,
): Promise<{ ours: ReturnType<typeof measured>; beside: ReturnType<typeof measured> }> {
  const ours: number[] = []
  const others: number[] = []
  for (let n = -warmUp; n < count; n++) {
    const [own, other] = [await mine(), await beside()]
    if (n < 0) continue
    ours.push(own)
    others.push(other)
  }
  return { ours: measured(ours), beside: measured(others) }
}

/** A person's way: the form is filled, and "Start run" clicked a second later, as nobody does it faster; from the click to the line's first appearance in the page. */
async function pressRunInApp(page: Page, origin: string): Promise<number> {
  await page.goto(`${origin}/new`)
  await page.getByLabel(newRunWords.prompt).fill(prompt)
  await page.getByRole('radio', { name: newRunWords.direct }).check({ force: true })
  await page.waitForTimeout(1_000)
  const shown = page.evaluate(
    (text) =>
      new Promise<number>((resolve) => {
        let began = Number.NaN
        document.addEventListener('click', () => (began = performance.now()), { capture: true, once: true })
        const seen = new MutationObserver(() => {
          if (document.querySelector('[role=log]')?.textContent?.includes(text) !== true) return
          seen.disconnect()
          resolve(performance.now() - began)
        })
        seen.observe(document.body, { subtree: true, childList: true, characterData: true })
      }),
    line,
  )
  const [ms] = await Promise.all([shown, page.getByRole('button', { name: newRunWords.start }).click()])
  await page.getByText('Done', { exact: true }).first().waitFor()
  return ms
}

/** As the app does it: the run's page opens at once, its transcript with it. */
async function pressRun(device: Workspace, sandbox: Sandbox): Promise<number> {
  const runId = RunId.parse(newId())
  const began = performance.now()
  await device.mutate.createRun({
    runId,
    promptId: PromptId.parse(newId()),
    prompt,
    config: { harness: HarnessId.parse('runbook'), sandbox },
  })
  const transcript = device.openTranscript(runId)
  const ms = await new Promise<number>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no line within 60 s: ${last}`)), 60_000)
    let last = ''
    transcript.subscribeEntries(({ entries }) => {
      const printed = entries.some(({ body }) => body.kind === 'tool' && body.output?.head.includes(line) === true)
      last = JSON.stringify(entries.slice(-2))
      if (!printed) return
      clearTimeout(timer)
      resolve(performance.now() - began)
    })
  })
  await until(
    device,
    (tx) => getRow(tx, keys.run(runId), Run),
    (run) => run !== undefined && hasEnded(run.state),
  )
  transcript.close()
  return ms
}

async function timed(act: () => Promise<unknown>): Promise<number> {
  const began = performance.now()
  await act()
  return performance.now() - began
}

function hasImage(): Promise<boolean> {
  return promisify(execFile)('docker', ['image', 'inspect', image], { env: { ...inheritedEnvironment() } }).then(
    () => true,
    () => false,
  )
}
