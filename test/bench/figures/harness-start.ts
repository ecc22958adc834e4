import type { SandboxKind } from '#shared/domain/harness.ts'
import type { ModelApi } from '#agent-runner/models/endpoints.ts'
import { dockerMissing, dockerSettings } from '../../fakes/docker.ts'
import { openHarnessWorld, type HarnessWorld } from '../../fakes/harness-world.ts'
import { harnessMissing } from '../../fakes/kept-tools.ts'
import { measured, type Figure, type Row } from '../lib/figure.ts'

const harnesses: readonly { id: string; name: string; api: ModelApi; model: string }[] = [
  { id: 'claude-code', name: 'Claude Code', api: 'anthropic', model: 'haiku' },
  { id: 'codex', name: 'Codex', api: 'openai', model: 'gpt-5.5' },
  { id: 'opencode', name: 'OpenCode', api: 'anthropic', model: 'anthropic/my-model' },
  { id: 'gemini', name: 'Gemini CLI', api: 'google', model: 'gemini-2.5-flash' },
]
/** What a container may cost more than the machine itself. */
const allowedMs = 600

/**
 * From the assignment of a run to the first request of its harness to a model: workspace, sandbox, the harness's process, its session and its prompt.
 * All that it is at work for comes after that, so this is when it is ready. A small repository is cloned in both.
 */
export const figure: Figure = {
  name: 'harness-start',
  about: 'a harness ready in a container of a warm image, beside its start on the machine itself',
  async run({ quick, say }) {
    const noDocker = await dockerMissing()
    if (noDocker !== undefined) {
      say(`  skipped: ${noDocker} scripts/test-engines.sh npm run bench harness-start brings an engine.`)
      return []
    }
    const rows: Row[] = []
    for (const harness of harnesses) {
      const missing = await harnessMissing(harness.id)
      if (missing === undefined) rows.push(await measure(harness, quick ? 2 : 5))
      else say(`  skipped: ${missing}`)
    }
    return rows
  },
}

async function measure(harness: (typeof harnesses)[number], rounds: number): Promise<Row> {
  const open = (sandbox: SandboxKind): Promise<HarnessWorld> =>
    openHarnessWorld({
      harness: harness.id,
      sandbox,
      environment: { ...dockerSettings(), DROVER_RUNNER_IDLE: '0s' },
      config: { model: harness.model },
      secrets: (model) => [model.secret(harness.api)],
    })
  const worlds = { docker: await open('docker'), direct: await open('direct') }
  const docker: number[] = []
  const direct: number[] = []
  try {
    for (let round = -1; round < rounds; round++) {
      const [inside, here] = [await start(worlds.docker), await start(worlds.direct)]
      if (round < 0) continue
      docker.push(inside)
      direct.push(here)
    }
  } finally {
    await worlds.docker.close()
    await worlds.direct.close()
  }
  const [ours, beside] = [measured(docker), measured(direct)]
  return {
    what: `${harness.name}, in Docker`,
    unit: 'ms',
    ours,
    beside: { what: 'on the machine itself', measured: beside },
    target: { text: `p50 ≤ the other + ${allowedMs}`, met: ours.median <= beside.median + allowedMs },
  }
}

async function start(world: HarnessWorld): Promise<number> {
  const asked = Promise.withResolvers<number>()
  world.model.script([
    () => {
      asked.resolve(performance.now())
      return { text: 'Done.' }
    },
  ])
  const began = performance.now()
  const run = await world.ended(world.start('Say that it is done.'))
  if (run.state !== 'SUCCEEDED') throw new Error(`the run ended as ${run.state}: ${run.reason?.text ?? ''}`)
  return (await asked.promise) - began
}
