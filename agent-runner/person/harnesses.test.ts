import { expect, test } from 'vitest'
import { HarnessOptions, lookAfterHarnesses } from './harnesses.ts'

const machine = { host: 'devbox', connected: true, version: '2.6.0', sandboxes: ['direct'], unavailable: null }
const harness = (id: string, more: Record<string, unknown> = {}) => ({
  id,
  name: id.toUpperCase(),
  enabled: true,
  is_default: false,
  models: null,
  default_model: null,
  machines: [machine],
  ...more,
})

function serverOf(harnesses: readonly unknown[]) {
  const asked: unknown[] = []
  return {
    asked,
    server: {
      get: async () => ({ harnesses }),
      patch: async (path: string, body: unknown) => {
        asked.push([path, body])
        return {}
      },
    },
  }
}

test('agents are listed with what is settled of them and where they are', async () => {
  const { server } = serverOf([
    harness('codex', { is_default: true, default_model: 'gpt-5' }),
    harness('gone', { enabled: false, machines: [] }),
    harness('far', { machines: [{ ...machine, connected: false }] }),
  ])
  expect(await lookAfterHarnesses(server, HarnessOptions.parse({ do: 'list' }))).toBe(
    [
      'codex\tCODEX 2.6.0\ton\tdefault\tmodel gpt-5\tdevbox',
      'gone\tGONE\toff\ton no machine',
      'far\tFAR 2.6.0\ton\tdevbox (not connected)',
    ].join('\n'),
  )
  expect(await lookAfterHarnesses(serverOf([]).server, { do: 'list', json: false })).toContain('Connect a runner first')
})

test('one is switched off and on and made the default; one that is not there, or is off, is said', async () => {
  const { server, asked } = serverOf([harness('codex'), harness('off', { enabled: false })])
  for (const act of ['disable', 'enable', 'default'] as const)
    await lookAfterHarnesses(server, { do: act, name: 'codex' })
  const path = '/api/v1/harnesses/codex'
  expect(asked).toEqual([
    [path, { enabled: false }],
    [path, { enabled: true }],
    [path, { is_default: true }],
  ])
  await expect(lookAfterHarnesses(server, { do: 'default', name: 'off' })).rejects.toThrow('Switch it on first')
  await expect(lookAfterHarnesses(server, { do: 'enable', name: 'x' })).rejects.toThrow('There are: codex, off.')
})
