import { execFile, execFileSync } from 'node:child_process'
import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { HarnessId, type SandboxKind } from '#shared/domain/harness.ts'
import { hasEnded, Run } from '#shared/domain/run.ts'
import { Runner } from '#shared/domain/team.ts'
import { EnvironmentId, PromptId, RunId } from '#shared/ids.ts'
import { keys } from '#sync/core/keys.ts'
import { getRow, scanRows } from '#sync/core/transaction.ts'
import type { Workspace } from '#sync/client/workspace.ts'
import { inheritedEnvironment } from '#server/config.ts'
import { measured, type Figure, type Row } from '../lib/figure.ts'
import { startRunner } from '../lib/processes.ts'
import { newId, openDevice, runnerKey } from '../lib/session.ts'
import { openStage } from '../lib/stage.ts'
import { until } from '../lib/until.ts'

const image = 'drover-test-base:bookworm'

/**
 * What an installer does to a disk: files in many folders, each of which takes the processor a moment. `files` of 48 KB, packed, in folders of
 * fifty.
 */
const command = (files: number): string => `
i=0
while [ "$i" -lt ${files} ]; do
  folder=modules/$((i / 50))
  mkdir -p "$folder"
  head -c 49152 /dev/urandom | gzip -9 > "$folder/$i.gz"
  i=$((i + 1))
done
`

/** From the press on "Run" until the agent is at work: the first time in an environment, and the times after it. */
export const figure: Figure = {
  name: 'environment',
  about: 'start of a run in an environment, with its set-up made anew and taken from an earlier run',
  async run({ quick, say }) {
    const stage = await openStage()
    const repository = await makeRepository(quick ? 100 : 3000)
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
      const kinds: SandboxKind[] = ['direct']
      if (connected?.sandboxes.includes('docker') === true && (await hasImage())) kinds.push('docker')
      else say(`  skipped: in Docker (no engine, or no image ${image}; scripts/test-engines.sh brings both)`)
      for (const kind of kinds) rows.push(await measure(device, { kind, repository, quick }))
      return rows
    } finally {
      await device.close()
      await runner.end('SIGTERM')
      await stage.close()
      await rm(repository, { recursive: true, force: true })
    }
  },
}

async function measure(
  device: Workspace,
  { kind, repository, quick }: { kind: SandboxKind; repository: string; quick: boolean },
): Promise<Row> {
  const firsts: number[] = []
  const seconds: number[] = []
  for (let round = 0; round < (quick ? 1 : 3); round++) {
    const environmentId = EnvironmentId.parse(newId())
    await device.mutate.createEnvironment({
      environmentId,
      spec: {
        name: `Bench ${round}`,
        repositories: [{ url: repository }],
        setupCommands: [{ command: command(quick ? 100 : 2000) }],
        // Another one in each round, so that the first start finds nothing.
        variables: [{ name: 'ROUND', value: String(round) }],
      },
    })
    firsts.push(await start(device, environmentId, kind))
    for (let again = 0; again < (quick ? 1 : 5); again++) seconds.push(await start(device, environmentId, kind))
  }
  const [first, second] = [measured(firsts), measured(seconds)]
  return {
    what: `second start, ${kind}`,
    unit: 'ms',
    ours: second,
    beside: { what: 'first start of the same environment', measured: first },
    target: {
      text: 'p50 ≤ a tenth of the first, and ≤ 3000',
      met: second.median <= first.median / 10 && second.median <= 3000,
    },
  }
}

async function start(device: Workspace, environmentId: EnvironmentId, sandbox: SandboxKind): Promise<number> {
  const runId = RunId.parse(newId())
  const began = performance.now()
  await device.mutate.createRun({
    runId,
    promptId: PromptId.parse(newId()),
    prompt: '```sh\ntrue\n```\n',
    config: { harness: HarnessId.parse('runbook'), sandbox, environmentId },
  })
  const state = (accept: (run: Run) => boolean) =>
    until(
      device,
      (tx) => getRow(tx, keys.run(runId), Run),
      (run) => run !== undefined && accept(run),
    )
  await state((run) => run.state === 'INPROGRESS' || run.state === 'BLOCKED' || hasEnded(run.state))
  const ms = performance.now() - began
  const ended = await state((run) => hasEnded(run.state))
  if (ended?.state !== 'SUCCEEDED') throw new Error(`the run ended as ${ended?.state}: ${ended?.reason?.text}`)
  return ms
}

async function makeRepository(files: number): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'drover-bench-repository-'))
  for (let n = 0; n < files; n++) {
    const folder = join(path, `src/${Math.floor(n / 40)}`)
    if (n % 40 === 0) await mkdir(folder, { recursive: true })
    await writeFile(join(folder, `${n}.ts`), `export const value${n} = ${n}\n`.repeat(40))
  }
  await writeFile(join(path, '.gitignore'), 'modules/\n')
  const git = (...args: string[]): void => {
    execFileSync('git', ['-c', 'user.name=Bench', '-c', 'user.email=bench@example.com', ...args], {
      cwd: path,
      stdio: 'ignore',
    })
  }
  git('init', '-b', 'main')
  git('add', '-A')
  git('commit', '-m', 'first')
  return path
}

function hasImage(): Promise<boolean> {
  return promisify(execFile)('docker', ['image', 'inspect', image], { env: { ...inheritedEnvironment() } }).then(
    () => true,
    () => false,
  )
}
