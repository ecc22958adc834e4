import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { boundedText } from '#shared/domain/bounded-text.ts'
import { HarnessId } from '#shared/domain/harness.ts'
import { commandMention, runMention } from '#shared/domain/mention.ts'
import { BlobHash, EntryId, PromptId, RunId } from '#shared/ids.ts'
import { runSpace } from '#shared/protocol/sync.ts'
import { mentionedLimit } from '#server/runs/mentions.ts'
import { keys } from '#sync/core/keys.ts'
import { openStranger } from '../contract/people.ts'
import { connectScriptedRunner, type ScriptedRunner } from '../fakes/scripted-runner.ts'
import { openPlanDevice } from '../plan-world.ts'
import { claim } from '../run-script.ts'
import { newId, openWorld, type Person, type World } from '../world.ts'

/** Runs and commands that messages mention, and the files of a workspace, over the real server and a scripted runner. */
describe('what a message mentions', () => {
  let world: World
  let mara: Person
  let device: ReturnType<typeof openPlanDevice>
  let runner: ScriptedRunner

  beforeEach(async () => {
    world = await openWorld()
    mara = await world.owner()
    device = openPlanDevice(mara)
    runner = await connectScriptedRunner({ url: world.url, key: await world.runnerKey() })
    await runner.next('welcome')
  })
  afterEach(async () => {
    runner.close()
    await world.close()
  })

  async function start(prompt: string, by = device): Promise<RunId> {
    const runId = RunId.parse(newId())
    const config = { harness: HarnessId.parse('runbook'), sandbox: 'direct' } as const
    await by.push('createRun', { runId, promptId: PromptId.parse(newId()), prompt, title: 'Count', config })
    return runId
  }
  const promptOf = async (runId: RunId) =>
    (await runner.next('assign', (one) => one.assignment.runId === runId)).assignment.prompt
  /** A run whose agent has executed one command and said one thing. */
  async function worked(): Promise<RunId> {
    const runId = await start('Count')
    await claim(runner, runId)
    const place = (n: number) => ({ id: EntryId.parse(`e-${n}`), n, at: 1, turn: 1 })
    runner.emit(
      runId,
      {
        type: 'entry',
        entry: {
          ...place(11),
          body: {
            kind: 'tool',
            toolKind: 'execute',
            title: 'Count',
            status: 'completed',
            command: 'wc -l',
            locations: [],
            output: boundedText(`first ${'x'.repeat(20_000)} last`),
            exitCode: 3,
            startedAt: 1,
          },
        },
      },
      {
        type: 'entry',
        entry: { ...place(12), body: { kind: 'message', text: boundedText('There are 12.'), done: true } },
      },
      { type: 'paths', paths: { blob: BlobHash.parse('a'.repeat(64)), count: 2 } },
    )
    await runner.next('ack', ({ seq }) => seq >= runner.lastSeq(runId))
    return runId
  }

  test('a run goes along as it stands, with the last words of its agent; another team’s is not told of', async () => {
    const other = await worked()
    const stranger = await openStranger(world)
    const theirs = await start('Their secret', openPlanDevice(stranger))
    const text = `As in ${runMention({ id: other, title: 'Count' })}, not ${runMention({ id: theirs, title: 'Theirs' })}`
    const prompt = await promptOf(await start(text))
    expect(prompt.text).toBe(text)
    expect(prompt.context).toContain('There are 12.')
    expect(prompt.context).toContain('The run “Theirs” is not here: it was deleted, or is of another team.')
    expect(prompt.context).not.toContain('secret')
  })

  test('a command of the run goes along with the beginning and the end of what it printed; one that is not there is said', async () => {
    const runId = await worked()
    const text = `See ${commandMention({ n: 11, command: 'wc -l' })} and ${commandMention({ n: 99, command: 'none' })}`
    await device.push('sendPrompt', { runId, promptId: newId(), deliveryId: newId(), text, mode: 'interrupt' })
    const { body } = await runner.next('deliver', (one) => one.body.type === 'prompt')
    const context = body.type === 'prompt' ? (body.context ?? '') : ''
    expect(context).toContain('<command entry="11" exit-code="3">\n$ wc -l\nfirst xxx')
    expect(context).toContain('last\n</command>')
    expect(context.length).toBeLessThan(mentionedLimit + 1_000)
    expect(context).toContain('“$ none” is not here: this run has no such command.')
  })

  test('the files of a workspace are a row of their run', async () => {
    const runId = await worked()
    const rows = await world.database.query('select value from entry where space_id = $1 and key = $2', [
      runSpace(runId),
      keys.paths,
    ])
    expect(rows).toMatchObject([{ value: { blob: 'a'.repeat(64), count: 2 } }])
  })
})
