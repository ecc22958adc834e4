import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { HarnessId } from '#shared/domain/harness.ts'
import { hasEnded, Run } from '#shared/domain/run.ts'
import { Runner } from '#shared/domain/team.ts'
import { PromptId, RunId } from '#shared/ids.ts'
import { keys } from '#sync/core/keys.ts'
import { getRow, scanRows, type ReadTransaction } from '#sync/core/transaction.ts'
import type { Workspace } from '#sync/client/workspace.ts'
import { inheritedEnvironment } from '#server/config.ts'
import { measured, type Figure, type Row } from '../lib/figure.ts'
import { startRunner } from '../lib/processes.ts'
import { newId, openDevice, runnerKey } from '../lib/session.ts'
import { openStage } from '../lib/stage.ts'

type Sandbox = 'direct' | 'docker'
const command = 'echo first-line'
const prompt = `\`\`\`sh\n${command}\n\`\`\`\n`
const image = 'drover-test-base:bookworm'

/** Pressing "Run" → the first line of `runbook`'s output on a client, with the runner in its own process. */
export const figure: Figure = {
  name: 'first-line',
  about: 'pressing Run → first output line of runbook on a client',
  async run({ quick, say }) {
    const stage = await openStage()
    const device = openDevice(stage.session)
    const runner = startRunner({
      DROVER_URL: stage.session.origin,
      DROVER_API_KEY: await runnerKey(stage.session),
      DROVER_RUNNER_DIR: join(stage.dataDir, 'runner'),
      DROVER_RUNNER_NAME: 'bench',
      DROVER_DOCKER_IMAGE: image,
    })
    try {
      const [connected] = await until(
        device,
        (tx) => scanRows(tx, keys.runners, Runner),
        (all) => all.length > 0,
      )
      const rows: Row[] = []
      const direct = await rounds(device, 'direct', quick ? 10 : 500, 5, () =>
        timed(() => once(spawn('sh', ['-c', command]).stdout, 'data')),
      )
      rows.push({
        what: 'direct',
        unit: 'ms',
        ours: direct.ours,
        beside: { what: `sh -c "${command}" alone`, measured: direct.beside },
        target: { text: 'p50 ≤ 300', met: direct.ours.median <= 300 },
      })
      if (connected?.sandboxes.includes('docker') === true && (await hasImage())) {
        const docker = await rounds(device, 'docker', quick ? 5 : 60, 3, () =>
          timed(() => promisify(execFile)('docker', ['run', '--rm', '--network=none', image, 'sh', '-c', command])),
        )
        rows.push({
          what: 'in Docker',
          unit: 'ms',
          ours: docker.ours,
          beside: { what: `docker run of the same`, measured: docker.beside },
          target: { text: 'ratio ≤ 1.3', met: docker.ours.median <= 1.3 * docker.beside.median },
        })
      } else say(`  skipped: in Docker (no engine, or no image ${image}; scripts/test-engines.sh brings both)`)
      return rows
    } finally {
      await device.close()
      await runner.end('SIGTERM')
      await stage.close()
    }
  },
}

async function rounds(
  device: Workspace,
  sandbox: Sandbox,
  count: number,
  warmUp: number,
  beside: () => Promise<number>,
): Promise<{ ours: ReturnType<typeof measured>; beside: ReturnType<typeof measured> }> {
  const ours: number[] = []
  const others: number[] = []
  for (let n = -warmUp; n < count; n++) {
    const [mine, other] = [await pressRun(device, sandbox), await beside()]
    if (n < 0) continue
    ours.push(mine)
    others.push(other)
  }
  return { ours: measured(ours), beside: measured(others) }
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
      const printed = entries.some(
        ({ body }) => body.kind === 'tool' && body.output?.head.includes('first-line') === true,
      )
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

function until<T>(
  device: Workspace,
  query: (tx: ReadTransaction) => Promise<T>,
  accept: (value: T) => boolean,
): Promise<T> {
  return new Promise((resolve) => {
    let stop: (() => void) | undefined
    stop = device.subscribe(query, (value) => {
      if (!accept(value)) return
      queueMicrotask(() => stop?.())
      resolve(value)
    })
  })
}
