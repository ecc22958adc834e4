import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { HarnessId } from '#shared/domain/harness.ts'
import { Plan, PlanVersion } from '#shared/domain/plan.ts'
import { hasEnded } from '#shared/domain/run.ts'
import { Runner } from '#shared/domain/team.ts'
import { Artifact } from '#shared/domain/transcript.ts'
import { DeliveryId, PlanId, PromptId, RunId } from '#shared/ids.ts'
import type { PlanDocument } from '#sync/client/plans/plan-document.ts'
import type { TranscriptView, Workspace } from '#sync/client/workspace.ts'
import { keys } from '#sync/core/keys.ts'
import { readBody } from '#sync/core/plan/body.ts'
import { writePlan } from '#sync/core/plan/markdown.ts'
import { scanRows } from '#sync/core/transaction.ts'
import { openCodeConfig, startModelServer, type ModelRequest, type ModelServer } from '../fakes/model-server.ts'
import { harnessMissing, makeRunnerFolder } from '../fakes/kept-tools.ts'
import { startRunner } from '../fakes/runner.ts'
import { untilState, untilText, writeParagraph } from '../plan-device.ts'
import { runOf } from '../run-script.ts'
import { newId, openWorld, until, type World } from '../world.ts'

const missing = await harnessMissing('opencode')
const startMs = 60_000
const markdown = '# Extract billing\n\n## Phase 1\n\n- [ ] Move models\n- [ ] Forbid imports\n'

/** The real OpenCode with a scripted model, a real runner, the real server and a device on which a person writes. */
describe.skipIf(missing !== undefined)(`OpenCode and a plan${missing === undefined ? '' : ` (${missing})`}`, () => {
  let world: World
  let model: ModelServer
  let folder: Awaited<ReturnType<typeof makeRunnerFolder>>
  let runner: Awaited<ReturnType<typeof startRunner>>
  let desk: Workspace
  let plan: PlanDocument | undefined
  beforeEach(async () => {
    world = await openWorld()
    model = await startModelServer()
    folder = await makeRunnerFolder()
    desk = (await world.owner()).open()
    await until<unknown>(
      (on) => desk.subscribe((tx) => tx.get(keys.team), on),
      (row) => row !== undefined,
    )
    runner = await startRunner({
      url: world.url,
      key: await world.runnerKey(),
      folder: folder.path,
      // It is ended after each turn, so that the next one loads its session.
      environment: { DROVER_OPENCODE_CONFIG: openCodeConfig(model.url), DROVER_RUNNER_IDLE_MS: '1' },
    })
  })
  afterEach(async () => {
    plan?.close()
    await runner.close()
    await model.close()
    await world.close()
    await folder.remove()
  })

  const last = (request: Pick<ModelRequest, 'messages'>): string => request.messages.at(-1)?.text ?? ''
  const found = (pattern: RegExp, text: string): string => pattern.exec(text)?.[1] ?? `no ${String(pattern)} in ${text}`

  async function start(prompt: string): Promise<RunId> {
    const runId = RunId.parse(newId())
    await until<readonly Runner[]>(
      (on) => desk.subscribe((tx) => scanRows(tx, keys.runners, Runner), on),
      ([one]) => one?.harnesses.some(({ id, planTools }) => id === 'opencode' && planTools?.[0] === 'direct') === true,
    )
    await desk.mutate.createRun({
      runId,
      promptId: PromptId.parse(newId()),
      prompt,
      config: { harness: HarnessId.parse('opencode'), sandbox: 'direct' },
    })
    return runId
  }

  test('makes one, and changes it while a person writes in it', async () => {
    model.script([
      { text: 'I will plan it.', tools: [{ name: 'drover_plan_create', input: { markdown } }] },
      async (request) => {
        const planId = PlanId.parse(found(/Plan ([0-9a-f-]{36})/, last(request)))
        plan = await desk.openPlan(planId)
        await untilText(plan.doc, 'Extract billing')
        writeParagraph(plan.doc, 'A person was here.')
        await untilState(plan, ({ stored }) => stored)
        return {
          tools: [
            {
              name: 'drover_plan_update',
              input: {
                plan_id: planId,
                revision: found(/revision (\w+)/, last(request)),
                markdown: markdown.replace('Forbid imports', 'Forbid deep imports'),
              },
            },
          ],
        }
      },
      (request) => ({
        tools: [
          {
            name: 'drover_plan_set_step',
            input: {
              plan_id: found(/Plan ([0-9a-f-]{36})/, last(request)),
              step_id: found(/- (\S+) \[ \] Move models/, last(request)),
              done: true,
            },
          },
        ],
      }),
      { text: 'The plan stands.' },
    ])
    const runId = await start('Plan how to extract billing.')
    const run = await until(runOf(desk, runId), (one) => one !== undefined && hasEnded(one.state), startMs)
    expect(run).toMatchObject({ state: 'SUCCEEDED' })
    expect(model.complaints).toEqual([])
    expect(last(model.requests.at(2) ?? { messages: [] })).toContain('what they wrote is kept')

    // The row follows the document; what the person wrote meanwhile may stand in it for a moment.
    const row = await until<Plan | undefined>(
      (on) =>
        desk.subscribe(
          (tx) => scanRows(tx, keys.plans, Plan),
          ([one]) => on(one),
        ),
      (one) => one?.updatedBy.kind === 'agent',
    )
    const author = { kind: 'agent', runId, harness: 'opencode' }
    expect(row).toMatchObject({ title: 'Extract billing', updatedBy: author })
    if (plan === undefined || row === undefined) throw new Error('there is a plan')
    await untilText(plan.doc, 'deep')
    const after = markdown.replace('Forbid imports', 'Forbid deep imports').replace('[ ] Move', '[x] Move')
    await until<string>(
      (on) => {
        const look = (): void => on(plan === undefined ? '' : writePlan(readBody(plan.doc)))
        plan?.doc.on('update', look)
        look()
        return () => plan?.doc.off('update', look)
      },
      (text) => text === `${after}\nA person was here.\n`,
    )
    const versions = await desk.query((tx) => scanRows(tx, keys.planVersionsOf(row.id), PlanVersion))
    expect(versions).toMatchObject([
      { origin: 'agent', runId, by: [author] },
      { origin: 'agent', runId, by: [author] },
    ])

    const shown = desk.openTranscript(runId)
    const artifacts = await until<readonly Artifact[]>(
      (on) => shown.subscribe((tx) => scanRows(tx, keys.artifacts, Artifact), on),
      (all) => all.length > 0,
    )
    expect(artifacts).toMatchObject([{ kind: 'link', title: 'Extract billing', planId: row.id }])
    const { entries } = await until<TranscriptView>(
      (on) => shown.subscribeEntries(on),
      (view) => view.entries.some(({ body }) => body.kind === 'artifact'),
    )
    const tools = entries.flatMap(({ body }) => (body.kind === 'tool' ? [body] : []))
    expect(tools.map(({ status }) => status)).toEqual(['completed', 'completed', 'completed'])
    // No question was asked: nothing in the workspace changes.
    expect(await desk.query((tx) => tx.scan(keys.permissionsOf(runId)))).toEqual([])
  })

  test('has the tools again in a session that was loaded', async () => {
    model.script([
      { text: 'Hello.' },
      { tools: [{ name: 'drover_plan_create', input: { title: 'Extract billing', markdown: '- [ ] Move models' } }] },
      { text: 'The plan stands.' },
    ])
    const runId = await start('Say hello.')
    await until(runOf(desk, runId), (one) => one?.state === 'SUCCEEDED', startMs)
    await desk.mutate.sendPrompt({
      runId,
      promptId: PromptId.parse(newId()),
      deliveryId: DeliveryId.parse(newId()),
      text: 'Now plan it.',
      mode: 'queue',
    })
    const run = await until(runOf(desk, runId), (one) => one?.turn === 2 && hasEnded(one.state), startMs)
    expect(run?.reason).toBeUndefined()
    expect(run).toMatchObject({ state: 'SUCCEEDED' })
    expect(model.complaints).toEqual([])
    // It remembers what was said before: the session is the same.
    expect(model.requests.at(-1)?.messages.map(({ text }) => text)).toContain('Hello.')
    expect(await desk.query((tx) => scanRows(tx, keys.plans, Plan))).toMatchObject([
      { title: 'Extract billing', steps: { done: 0, total: 1 } },
    ])
  })
})
