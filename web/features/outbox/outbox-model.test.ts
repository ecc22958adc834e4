import { describe, expect, test } from 'vitest'
import type { RefusedMutation } from '#shared/domain/notice.ts'
import { Permission } from '#shared/domain/permission.ts'
import { Prompt } from '#shared/domain/prompt.ts'
import { Run, runStates, type IntentState } from '#shared/domain/run.ts'
import type { DeviceIntent } from '#sync/client/workspace.ts'
import { seed, seedIds } from '../../dev/seed.ts'
import { standingOf, toOutbox, type AboutRows } from './outbox-model.ts'

const rows = Object.entries(seed(0).rows)
const run = Run.parse(rows.find(([key]) => key.startsWith('run/'))?.[1])
const permission = Permission.parse(rows.find(([key]) => key.startsWith('permission/'))?.[1])
const prompt = Prompt.parse({
  id: run.id,
  runId: run.id,
  text: 'x',
  mode: 'queue',
  order: 1,
  by: seedIds.mara,
  createdAt: 0,
  state: 'accepted',
})
const none: AboutRows = { run: undefined, permission: undefined, prompt: undefined }
const done = (name: string, more: Partial<DeviceIntent> = {}): DeviceIntent => ({
  id: name,
  name,
  args: {},
  at: 0,
  state: 'accepted',
  refusal: undefined,
  mutations: [],
  ...more,
})

describe('an intent stands', () => {
  test('where the device knows it to be, while the server has not taken it', () => {
    expect(
      standingOf(done('stopRun', { state: 'local' }), { ...none, run: { ...run, state: 'CANCELLED' } }).state,
    ).toBe('local')
    expect(standingOf(done('stopRun', { state: 'refused', refusal: { code: 'run_ended' } }), none)).toEqual({
      state: 'refused',
      refusal: { code: 'run_ended' },
    })
  })

  test.each<IntentState>(['accepted', 'delivered', 'done', 'refused'])('%s: an answer, by its question', (delivery) => {
    const refusal = { code: 'stale' as const }
    expect(standingOf(done('answerPermission'), { ...none, permission: { ...permission, delivery, refusal } })).toEqual(
      {
        state: delivery,
        refusal,
      },
    )
  })

  test('a message: in the queue, with the machine, or with the agent', () => {
    expect(standingOf(done('sendPrompt'), { ...none, prompt }).state).toBe('accepted')
    expect(standingOf(done('sendPromptNow'), { ...none, prompt: { ...prompt, state: 'delivered' } }).state).toBe(
      'delivered',
    )
    expect(standingOf(done('sendPrompt'), none).state).toBe('done')
  })

  test('a start: done once the first turn has begun', () => {
    const standing = runStates.map((state) => standingOf(done('createRun'), { ...none, run: { ...run, state } }).state)
    expect(standing).toEqual(['accepted', 'accepted', 'delivered', ...runStates.slice(3).map(() => 'done')])
    expect(standingOf(done('createRun'), { ...none, run: { ...run, state: 'QUEUED', turn: 2 } }).state).toBe('done')
    expect(standingOf(done('createRun'), none).state).toBe('accepted')
  })

  test('a stop: done once the run has ended, however', () => {
    const stop = { by: seedIds.mara, at: 0, state: 'delivered' as const }
    expect(standingOf(done('stopRun'), { ...none, run: { ...run, state: 'INPROGRESS', stop } }).state).toBe('delivered')
    expect(standingOf(done('stopRun'), { ...none, run: { ...run, state: 'SUCCEEDED', stop } }).state).toBe('done')
  })
})

describe('the outbox', () => {
  const refusal: RefusedMutation = {
    userId: seedIds.mara,
    clientId: 'c',
    mutationId: 4,
    name: 'stopRun',
    args: '{}',
    refusal: { code: 'run_ended' },
    at: 1,
  }

  test('lists what waits in the order in which it goes, and what went newest first', () => {
    const intents = ['d', 'c', 'b', 'a'].map((id, index) =>
      done('stopRun', { id, state: index % 2 === 0 ? 'local' : 'accepted' }),
    )
    const { waiting, lately } = toOutbox(intents, [])
    expect([waiting.map(({ id }) => id), lately.map(({ id }) => id)]).toEqual([
      ['b', 'd'],
      ['c', 'a'],
    ])
  })

  test('has each refusal once, with what this device kept of it, whichever of its mutations was refused', () => {
    const mine = done('stopRun', {
      state: 'refused',
      mutations: [
        { clientId: 'before', mutationId: 1 },
        { clientId: 'c', mutationId: 4 },
      ],
    })
    const later = { ...refusal, clientId: 'elsewhere', at: 2 }
    const { refused, lately } = toOutbox([mine], [refusal, later])
    expect(refused).toEqual([
      { row: later, intent: undefined },
      { row: refusal, intent: mine },
    ])
    expect(lately).toEqual([])
  })
})
