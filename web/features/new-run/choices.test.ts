import { describe, expect, test } from 'vitest'
import { HarnessId, type HarnessOffer, type SandboxKind } from '#shared/domain/harness.ts'
import type { Runner } from '#shared/domain/team.ts'
import { RunnerId, uuidv7 } from '#shared/ids.ts'
import { agentChoices, anyHost, hostChoices, sandboxesOf } from './choices.ts'

let made = 0
const offer = (id: string, more: Partial<HarnessOffer> = {}): HarnessOffer => ({
  id: HarnessId.parse(id),
  name: id,
  letters: id.slice(0, 2),
  sandboxes: ['direct', 'docker'],
  ...more,
})
const runner = (hostName: string, harnesses: HarnessOffer[], more: Partial<Runner> = {}): Runner => ({
  id: RunnerId.parse(uuidv7(made++, new Uint8Array(10))),
  name: hostName,
  hostName,
  version: '1',
  platform: 'linux',
  sandboxes: ['direct'] satisfies SandboxKind[],
  harnesses,
  capacity: 2,
  running: 0,
  connected: true,
  lastSeenAt: 0,
  problems: [],
  ...more,
})

describe('agents', () => {
  test('one that some machine can start is free to choose, though another lacks it', () => {
    const choices = agentChoices(
      [runner('a', [offer('codex', { unavailable: 'Not installed.' })]), runner('b', [offer('codex')])],
      '',
    )
    expect(choices).toEqual([{ value: 'codex', label: 'codex', letters: 'co' }])
  })
  test('one that none can start stands last, with the reason', () => {
    const choices = agentChoices(
      [runner('a', [offer('codex', { unavailable: 'Not installed.' }), offer('runbook')])],
      '',
    )
    expect(choices.map((choice) => choice.value)).toEqual(['runbook', 'codex'])
    expect(choices[1]).toMatchObject({ disabled: true, hint: 'Not installed.' })
  })
  test('one whose machine is away may be chosen: the run waits', () => {
    const [choice] = agentChoices([runner('a', [offer('codex')], { connected: false })], '')
    expect(choice).toMatchObject({ value: 'codex', hint: expect.stringContaining('a, not connected') })
    expect(choice?.disabled).toBeUndefined()
  })
  test('one that is not on the chosen machine says so', () => {
    const choices = agentChoices([runner('a', [offer('codex')]), runner('b', [offer('runbook')])], 'b')
    expect(choices.find((choice) => choice.value === 'codex')).toMatchObject({ disabled: true, hint: 'Not on b.' })
  })
  test('with no machine known, the runbook can be asked for', () =>
    expect(agentChoices([], '').map((choice) => choice.value)).toEqual(['runbook']))
})

test('machines: runners of one host count together, the connected first', () => {
  const choices = hostChoices([
    runner('away', [], { connected: false }),
    runner('box', [], { running: 1 }),
    runner('box', [], { running: 2 }),
  ])
  expect(choices.map((choice) => choice.value)).toEqual([anyHost, 'box', 'away'])
  expect(choices[1]?.hint).toBe('Connected · 1 of 4 free')
})

describe('sandboxes', () => {
  test('need both the machine and the agent', () =>
    expect([...sandboxesOf([runner('a', [offer('codex')])], 'codex', '')]).toEqual(['direct']))
  test('with no machine known, both may be asked for', () => expect(sandboxesOf([], 'codex', '').size).toBe(2))
})
