import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { HarnessId } from '#shared/domain/harness.ts'
import { hasEnded, Run } from '#shared/domain/run.ts'
import { autonomousProfileId } from '#shared/domain/builtin-profiles.ts'
import { Runner } from '#shared/domain/team.ts'
import { PromptId, RunId } from '#shared/ids.ts'
import { keys } from '#sync/core/keys.ts'
import { getRow, scanRows } from '#sync/core/transaction.ts'
import type { Workspace } from '#sync/client/workspace.ts'
import { runWords } from '#web/words/run.ts'
import { measured, single, type Figure } from '../lib/figure.ts'
import { startRunner } from '../lib/processes.ts'
import { newId, openDevice, runnerKey } from '../lib/session.ts'
import { openStage } from '../lib/stage.ts'
import { until } from '../lib/until.ts'
import { openProfile } from '../lib/window.ts'
import { launchBrowser } from '../../e2e/app.ts'
import { setup as buildApp } from '../../../scripts/build-web.ts'

declare global {
  interface Window {
    outputTasks: number[]
  }
}

/** Numbered lines, so that a piece that is gone, or there twice, changes the whole. */
const lineBytes = 41
const print = (bytes: number): string => `seq -f 'line %012.0f of what a build prints' ${Math.ceil(bytes / lineBytes)}`
const lookMs = 25

/** A command that prints a lot while a page shows it: what the runner takes, whether the page stands still, and whether all of it can be had. */
export const figure: Figure = {
  name: 'output',
  about: 'a command that prints 100 MB: the runner, the page that follows it, and the whole as a file',
  async run({ quick }) {
    await buildApp()
    const bytes = quick ? 40_000_000 : 100_000_000
    const megabytes = `${bytes / 1e6} MB`
    const stage = await openStage()
    const browser = await launchBrowser()
    const device = openDevice(stage.session)
    const runner = startRunner({
      DROVER_URL: stage.session.origin,
      DROVER_API_KEY: await runnerKey(stage.session),
      DROVER_RUNNER_DIR: join(stage.dataDir, 'runner'),
      DROVER_RUNNER_NAME: 'bench',
      DROVER_RUNNER_BACKENDS: 'direct',
    })
    try {
      await until(
        device,
        (tx) => scanRows(tx, keys.runners, Runner),
        (all) => all.length > 0,
      )
      const page = await (await openProfile(browser, stage.session)).newPage()
      const grown: number[] = []
      const tasks: number[] = []
      const tookMs: number[] = []
      const aloneMs: number[] = []
      let missing = 0
      // The first one, which is short, is for what each process loads once.
      for (let round = 0; round <= (quick ? 1 : 5); round++) {
        const printed = round === 0 ? 1_000_000 : bytes
        const go = join(stage.dataDir, `go-${round}`)
        const alone = await printAlone(printed)
        const runId = await startRun(device, `until [ -e ${go} ]; do sleep 0.1; done; ${print(printed)}`)
        await page.goto(`${stage.session.origin}/runs/${runId}`)
        await page.getByText(runWords.output.waiting).first().waitFor()
        await page.evaluate(watchTasks)
        const memory = watchMemory(runner.pid)
        const before = await memory.now()
        const began = performance.now()
        await writeFile(go, '')
        const link = page.getByRole('link', { name: runWords.output.downloadName })
        await page.getByText('Done', { exact: true }).first().waitFor({ timeout: 100_000 })
        // What went well is folded by itself.
        if (!(await link.isVisible())) await page.getByRole('log').getByRole('button', { name: /go-/ }).first().click()
        await link.waitFor()
        const ms = performance.now() - began
        const most = await memory.stop()
        const long = await page.evaluate(() => window.outputTasks)
        const isWhole = (await download(page)) === alone.hash
        if (round === 0) continue
        grown.push((most - before) / 1e6)
        tasks.push(Math.max(0, ...long))
        tookMs.push(ms)
        aloneMs.push(alone.ms)
        if (!isWhole) missing += 1
      }
      const [task, memory] = [measured(tasks), measured(grown)]
      return [
        {
          what: `memory that the runner grew by at most, ${megabytes} printed`,
          unit: 'MB',
          ours: memory,
          target: { text: 'all ≤ 64', met: Math.max(...grown) <= 64 },
        },
        {
          what: 'longest task of the page while it came, those over 50 ms',
          unit: 'ms',
          ours: task,
          target: { text: 'none over 50', met: task.p99 <= 50 },
        },
        {
          what: 'downloads that were not byte by byte what was printed',
          unit: `of ${tasks.length}`,
          ours: single(missing),
          target: { text: '0', met: missing === 0 },
        },
        {
          what: 'from the start of the printing to the way to the file',
          unit: 'ms',
          ours: measured(tookMs),
          beside: { what: 'the same command, hashed as it comes', measured: measured(aloneMs) },
        },
      ]
    } finally {
      await browser.close()
      await device.close()
      await runner.end('SIGTERM')
      await stage.close()
    }
  },
}

async function startRun(device: Workspace, command: string): Promise<RunId> {
  const runId = RunId.parse(newId())
  await device.mutate.createRun({
    runId,
    promptId: PromptId.parse(newId()),
    prompt: `\`\`\`sh\n${command}\n\`\`\`\n`,
    config: { harness: HarnessId.parse('runbook'), sandbox: 'direct', profileId: autonomousProfileId },
  })
  const run = await until(
    device,
    (tx) => getRow(tx, keys.run(runId), Run),
    (one) => one !== undefined && (one.state === 'INPROGRESS' || one.state === 'BLOCKED' || hasEnded(one.state)),
  )
  if (run?.state !== 'INPROGRESS') throw new Error(`the run is ${run?.state}: ${run?.reason?.text ?? ''}`)
  return runId
}

async function printAlone(bytes: number): Promise<{ ms: number; hash: string }> {
  const began = performance.now()
  const child = spawn('sh', ['-c', print(bytes)], { stdio: ['ignore', 'pipe', 'ignore'] })
  const hash = createHash('sha256')
  for await (const piece of child.stdout) hash.update(piece as Uint8Array)
  return { ms: performance.now() - began, hash: hash.digest('hex') }
}

/** Presses the link. @returns the SHA-256 of what was saved. */
async function download(page: Page): Promise<string> {
  const began = page.waitForEvent('download')
  await page.getByRole('link', { name: runWords.output.downloadName }).click()
  const saved = await began
  const hash = createHash('sha256')
  for await (const piece of createReadStream(await saved.path())) hash.update(piece as Uint8Array)
  await saved.delete()
  return hash.digest('hex')
}

/** Tasks over 50 ms are the only ones that a browser tells; none counts as 0. */
function watchTasks(): void {
  window.outputTasks = []
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) window.outputTasks.push(entry.duration)
  }).observe({ type: 'longtask' })
}

/** Resident memory of a process in bytes. `stop` gives the most that was seen, every few milliseconds. */
function watchMemory(pid: number): { now(): Promise<number>; stop(): Promise<number> } {
  let most = 0
  const look = async (): Promise<number> => {
    const status = await readFile(`/proc/${pid}/status`, 'utf8')
    const bytes = Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024
    most = Math.max(most, bytes)
    return bytes
  }
  const timer = setInterval(() => void look().catch(() => undefined), lookMs)
  return {
    now: look,
    async stop() {
      clearInterval(timer)
      await look()
      return most
    },
  }
}
