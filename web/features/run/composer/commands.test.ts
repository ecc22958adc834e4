import { expect, test } from 'vitest'
import { promptLimit } from '#shared/domain/prompt.ts'
import { writePlanPrompt } from '#shared/domain/plan-command.ts'
import { readMessage } from './commands.ts'

const can = async (): Promise<boolean> => true
const cannot = async (): Promise<boolean> => false
const never = (): Promise<boolean> => Promise.reject(new Error('nobody asked for a plan'))

test('an ordinary message is what it says, and /queue makes it wait', async () => {
  expect(await readMessage(' go on\n', never)).toEqual({ ok: true, text: 'go on', waits: false })
  expect(await readMessage('/queue go on', never)).toEqual({ ok: true, text: 'go on', waits: true })
  expect(await readMessage('/queue', never)).toMatchObject({ ok: false })
})

test('/plan asks for a plan where the agent has the tools, and is left as it is where not', async () => {
  expect(await readMessage('/plan extract billing', can)).toEqual({
    ok: true,
    text: writePlanPrompt('extract billing'),
    waits: false,
  })
  expect(await readMessage('/queue /plan more', can)).toEqual({ ok: true, text: writePlanPrompt('more'), waits: true })
  expect(await readMessage('/plan extract billing', cannot)).toEqual({
    ok: true,
    text: '/plan extract billing',
    waits: false,
  })
  expect(await readMessage('/plan', can)).toEqual({ ok: false, why: 'Write what to plan after /plan.' })
  expect(await readMessage(`/plan ${'x'.repeat(promptLimit - 10)}`, can)).toMatchObject({ ok: false })
})
