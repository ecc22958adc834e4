import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { HarnessId } from '#shared/domain/harness.ts'
import { Run } from '#shared/domain/run.ts'
import { Member, Team } from '#shared/domain/team.ts'
import { PromptId, RunId } from '#shared/ids.ts'
import { keys } from '#sync/core/keys.ts'
import { getRow, scanRows } from '#sync/core/transaction.ts'
import type { Workspace } from '#sync/client/workspace.ts'
import { newId, openWorld, until, type World } from '../world.ts'

let world: World
afterEach(() => world.close())

const runs = (workspace: Workspace) => (onValue: (value: Run[]) => void) =>
  workspace.subscribe((tx) => scanRows(tx, keys.runs, Run), onValue)

function newRun(prompt: string) {
  return {
    runId: RunId.parse(newId()),
    promptId: PromptId.parse(newId()),
    prompt,
    config: { harness: HarnessId.parse('runbook'), sandbox: 'direct' as const },
  }
}

describe.each(['embedded', 'postgres', 'neon'] as const)('two clients of one team, on %s', (kind) => {
  beforeEach(async () => {
    world = await openWorld({ kind })
  })

  test('a first pull brings the team and its members', async () => {
    const mara = await world.owner()
    const client = mara.open()
    const team = await until(
      (on: (value: Team | undefined) => void) => client.subscribe((tx) => getRow(tx, keys.team, Team), on),
      (value) => value !== undefined,
    )
    expect(team?.name).toBe('Mara Lindqvist’s team')
    const [me] = await client.query((tx) => scanRows(tx, keys.members, Member))
    expect(me).toMatchObject({ userId: mara.userId, role: 'owner' })
  })

  test('a run started on one device is on another person’s device', async () => {
    const mara = await world.owner()
    const jonas = await world.invite(mara, 'member')
    const [a, b] = [mara.open(), jonas.open()]
    await until(runs(b), () => true)
    await until(
      (on: (value: Member[]) => void) => a.subscribe((tx) => scanRows(tx, keys.members, Member), on),
      (all) => all.length === 2,
    )
    await a.mutate.createRun(newRun('Count the lines'))
    const [seen] = await until(runs(b), (all) => all.length === 1)
    expect(seen).toMatchObject({ title: 'Count the lines', state: 'QUEUED', createdBy: mara.userId })
    await until(
      (on: (value: readonly unknown[]) => void) => a.subscribePending(on),
      (pending) => pending.length === 0,
    )
  })
})
