import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { BrowserDown, BrowserUp } from '#shared/protocol/browser-socket.ts'
import { RunEventBody } from '#shared/protocol/run-event.ts'
import { DeliveryBody, RunnerDown, RunnerUp } from '#shared/protocol/runner-link.ts'
import { TerminalAsk, TerminalDown, TerminalUp } from '#shared/protocol/terminal.ts'
import { PatchOperation, PullRequest, PullResponse, PushRequest, SpaceId, parseSpace } from '#shared/protocol/sync.ts'
import { mutators } from '#sync/core/mutators/all.ts'
import * as samples from './samples.ts'
import { fieldsOf, spoil, withUnknownKeys } from './malformed.ts'
import fc from 'fast-check'

type Wire = readonly [name: string, schema: z.ZodType, samples: Readonly<Record<string, object>>]

const wires: readonly Wire[] = [
  ['browser → server', BrowserUp, samples.browserUp],
  ['server → browser', BrowserDown, samples.browserDown],
  ['runner → server', RunnerUp, samples.runnerUp],
  ['server → runner', RunnerDown, samples.runnerDown],
  ['events of a run', RunEventBody, samples.runEvents],
  ['deliveries', DeliveryBody, samples.deliveryBodies],
  ['page → terminals', TerminalUp, samples.terminalUp],
  ['terminals → page', TerminalDown, samples.terminalDown],
  ['what is wanted of a terminal', TerminalAsk, samples.terminalAsks],
  ['push', PushRequest, { push: samples.push }],
  ['pull', PullRequest, { pull: samples.pull }],
  ['the answer to a pull', PullResponse, { pulled: samples.pulled }],
  ['patches', PatchOperation, samples.patchOperations],
]
const all: readonly (readonly [string, z.ZodType, object])[] = [
  ...wires.flatMap(([wire, schema, messages]) =>
    Object.entries(messages).map(([name, message]) => [`${wire}: ${name}`, schema, message] as const),
  ),
  ...Object.entries(mutators).map(
    ([name, mutator]) =>
      [`arguments of ${name}`, mutator.args, samples.mutations[name as keyof typeof samples.mutations]] as const,
  ),
]

describe('the samples', () => {
  test.each([
    ['browser → server', BrowserUp, samples.browserUp],
    ['server → browser', BrowserDown, samples.browserDown],
    ['runner → server', RunnerUp, samples.runnerUp],
    ['server → runner', RunnerDown, samples.runnerDown],
    ['events of a run', RunEventBody, samples.runEvents],
    ['deliveries', DeliveryBody, samples.deliveryBodies],
    ['page → terminals', TerminalUp, samples.terminalUp],
    ['terminals → page', TerminalDown, samples.terminalDown],
    ['what is wanted of a terminal', TerminalAsk, samples.terminalAsks],
  ] as const)('%s: one for each message that there is', (_wire, schema, messages) => {
    expect(Object.keys(messages).sort()).toEqual(schema.options.map((one) => one.shape.type.value).sort())
  })

  test('one for each mutator, under its own name', () => {
    expect(Object.keys(samples.mutations).sort()).toEqual(Object.keys(mutators).sort())
    for (const [name, mutator] of Object.entries(mutators)) expect(mutator.name).toBe(name)
  })

  test.each(all)('%s shows every field', (_name, schema, sample) => {
    expect(Object.keys(sample).sort()).toEqual(fieldsOf(schema, sample).sort())
  })
})

describe.each(all)('%s', (_name, schema, sample) => {
  test('is taken as it was recorded, after a way over the wire', () => {
    expect(schema.parse(JSON.parse(JSON.stringify(sample)))).toEqual(sample)
  })

  test('is taken without what a newer peer adds', () => {
    expect(schema.parse(withUnknownKeys(schema, sample))).toEqual(sample)
  })

  const spoiled = spoil(schema, sample)
  test.each(spoiled.map((one) => [one.what, one.value] as const))('is refused %s', (_what, value) => {
    expect(schema.safeParse(value).success).toBe(false)
  })
})

test('the name of every space that is let in says which space it is', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.stringMatching(/^(team|run)\/[A-Za-z0-9_-]{0,70}$/),
        fc.uuid().map((id) => `run/${id}`),
      ),
      (text) => {
        const space = SpaceId.safeParse(text)
        if (space.success) expect(`${parseSpace(space.data).kind}/`).toBe(text.slice(0, text.indexOf('/') + 1))
      },
    ),
  )
  expect(SpaceId.safeParse('run/abc').success).toBe(false)
})
