import { afterEach, beforeEach, expect, test } from 'vitest'
import { wholeText } from '#shared/domain/bounded-text.ts'
import { HarnessId } from '#shared/domain/harness.ts'
import { Permission } from '#shared/domain/permission.ts'
import { Plan } from '#shared/domain/plan.ts'
import { hasEnded } from '#shared/domain/run.ts'
import { RunSecret } from '#shared/domain/secret.ts'
import { carefulProfileId } from '#shared/domain/builtin-profiles.ts'
import { Runner } from '#shared/domain/team.ts'
import { DeliveryId, PromptId, RunId } from '#shared/ids.ts'
import type { ModelGateway } from '#agent-runner/models/endpoints.ts'
import { silentLog } from '#agent-runner/log.ts'
import { createModelGateway } from '#agent-runner/models/gateway.ts'
import type { TranscriptView, Workspace } from '#sync/client/workspace.ts'
import { keys } from '#sync/core/keys.ts'
import { scanRows } from '#sync/core/transaction.ts'
import { agentModelKey, startAgentModels, type AgentModels } from '../fakes/agent-models/server.ts'
import { makeRepository, startRunner } from '../fakes/runner.ts'
import { runOf } from '../run-script.ts'
import { newId, openWorld, until, type World } from '../world.ts'

/** Of a busy machine. */
const patienceMs = 25_000

let world: World
let models: AgentModels
let desk: Workspace
let repository: Awaited<ReturnType<typeof makeRepository>>
let runner: Awaited<ReturnType<typeof startRunner>>

beforeEach(async () => {
  world = await openWorld()
  models = await startAgentModels()
  repository = await makeRepository({ 'a.txt': 'one\n' })
  desk = (await world.owner()).open()
  await until<unknown>(
    (on) => desk.subscribe((tx) => tx.get(keys.team), on),
    (row) => row !== undefined,
  )
  runner = await startHere()
})
afterEach(async () => {
  await runner.close()
  await models.close()
  await world.close()
  await repository.remove()
})

/** Gives every run a model endpoint and a key, as secrets will. */
function withSecrets(): ModelGateway {
  const plain = createModelGateway({ hostEnv: {}, log: silentLog })
  const secrets = [
    {
      name: 'OLLAMA',
      kind: 'model_endpoint',
      value: JSON.stringify({ api: 'openai', baseUrl: `${models.url}/v1/`, key: agentModelKey, models: ['local-1'] }),
    },
  ].map((one) => RunSecret.parse(one))
  return {
    open: async (run) => ({ ...(await plain.open({ ...run, secrets })), renew: () => {} }),
    close: () => plain.close(),
  }
}

async function startHere() {
  return startRunner({
    url: world.url,
    key: await world.runnerKey(),
    deps: { models: withSecrets() },
    // It is ended after each turn, so that the next one loads its session.
    environment: { DROVER_RUNNER_IDLE_MS: '1' },
  })
}

test('a run of Drover’s agent plans, asks, changes, and goes on the next day', { timeout: 90_000 }, async () => {
  models.script([
    {
      text: 'I plan it.',
      tools: [{ name: 'drover_plan_create', input: { markdown: '# Change a\n\n- [ ] Edit it\n' } }],
    },
    { tools: [{ name: 'tasks', input: { tasks: [{ text: 'Edit it', status: 'in_progress' }] } }] },
    {
      tools: [
        { name: 'edit', input: { path: 'a.txt', edits: [{ old: 'one', new: 'two' }] } },
        { name: 'shell', input: { command: 'git status --short', description: 'Look at what changed' } },
      ],
    },
    { text: 'It is changed.' },
    { text: 'I remember.' },
  ])
  await until<readonly Runner[]>(
    (on) => desk.subscribe((tx) => scanRows(tx, keys.runners, Runner), on),
    ([one]) => one?.harnesses.some(({ id }) => id === 'drover') === true,
  )
  const [machine] = await desk.query((tx) => scanRows(tx, keys.runners, Runner))
  expect(machine?.harnesses.find(({ id }) => id === 'drover')).toMatchObject({
    name: 'Drover',
    letters: 'DR',
    takes: ['anthropic_key', 'openai_key', 'google_key', 'bedrock_key', 'bedrock_access_key', 'model_endpoint'],
    models: expect.arrayContaining([{ id: 'auto-genius', name: 'Automatic: genius' }]),
  })

  const runId = RunId.parse(newId())
  await desk.mutate.createRun({
    runId,
    promptId: PromptId.parse(newId()),
    prompt: 'Change a.txt.',
    config: {
      harness: HarnessId.parse('drover'),
      sandbox: 'direct',
      repository: { url: repository.path },
      profileId: carefulProfileId,
    },
  })
  const [asked] = await until<readonly Permission[]>(
    (on) => desk.subscribe((tx) => scanRows(tx, keys.permissionsOf(runId), Permission), on),
    (open) => open.length > 0,
    patienceMs,
  )
  // A look at Git needs no question; the edit is shown as a diff.
  expect(asked?.request).toMatchObject({ subject: { kind: 'edit', files: [{ path: 'a.txt', added: 1, removed: 1 }] } })
  if (asked === undefined) throw new Error('there is a question')
  const { id: permissionId, digest } = asked.request
  await desk.mutate.answerPermission({
    runId,
    permissionId,
    deliveryId: DeliveryId.parse(newId()),
    digest,
    answer: { kind: 'allow_once' },
  })
  const first = await until(runOf(desk, runId), (run) => run !== undefined && hasEnded(run.state), patienceMs)
  expect(first?.reason).toBeUndefined()
  expect(first).toMatchObject({
    state: 'SUCCEEDED',
    usage: { contextUsed: 110, contextSize: 128_000, inputTokens: 400 },
  })
  expect(models.complaints).toEqual([])
  expect(await desk.query((tx) => scanRows(tx, keys.plans, Plan))).toMatchObject([{ title: 'Change a' }])

  const shown = desk.openTranscript(runId)
  const { entries } = await until<TranscriptView>(
    (on) => shown.subscribeEntries(on),
    (view) => view.entries.some(({ body }) => body.kind === 'message' && wholeText(body.text) === 'It is changed.'),
  )
  const bodies = entries.map(({ body }) => body)
  expect(bodies).toContainEqual({ kind: 'tasks', tasks: [{ text: 'Edit it', status: 'in_progress' }] })
  expect(bodies.filter(({ kind }) => kind === 'tool')).toMatchObject([
    { toolKind: 'other', title: 'Make a plan', status: 'completed' },
    { toolKind: 'edit', status: 'completed', changes: [{ path: 'a.txt', status: 'modified' }] },
    { toolKind: 'execute', status: 'completed', command: 'git status --short', exitCode: 0 },
  ])

  await desk.mutate.sendPrompt({
    runId,
    promptId: PromptId.parse(newId()),
    deliveryId: DeliveryId.parse(newId()),
    text: 'Do you remember?',
    mode: 'queue',
  })
  await until(runOf(desk, runId), (run) => run?.turn === 2 && hasEnded(run.state), patienceMs)
  expect(models.asked.at(-1)?.said.join('\n')).toMatch(/Change a\.txt\.[\s\S]*It is changed\.[\s\S]*Do you remember\?/)
})
