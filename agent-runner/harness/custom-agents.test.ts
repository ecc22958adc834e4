import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { HarnessId } from '#shared/domain/harness.ts'
import { readAgents } from './custom-agents.ts'
import { createCustom } from './declarations/custom.ts'
import type { HarnessContext } from './declaration.ts'

const goose = { id: 'goose', name: 'Goose', command: ['goose', 'acp'] }
const readOne = (agent: Record<string, unknown>) => readAgents(JSON.stringify([agent]))

test('a list stands in the setting itself or in a file that it names', async () => {
  expect(readAgents(undefined)).toEqual({ ok: true, value: [] })
  const expected = { ok: true, value: [{ ...goose, env: {}, sandboxes: ['direct'] }] }
  expect(readOne(goose)).toEqual(expected)
  const folder = await mkdtemp(join(tmpdir(), 'drover-agents-'))
  try {
    await writeFile(join(folder, 'agents.json'), JSON.stringify([goose]))
    expect(readAgents(join(folder, 'agents.json'))).toEqual(expected)
  } finally {
    await rm(folder, { recursive: true })
  }
})

test.each([
  ['no JSON', '[{', /^DROVER_AGENTS is not valid JSON: /],
  ['no such file', '/nowhere/agents.json', /^DROVER_AGENTS \(\/nowhere\/agents\.json\) can’t be read: /],
  ['no command', JSON.stringify([{ ...goose, command: [] }]), /at \[0\]\.command: /],
  [
    'a word for a sandbox that there is not',
    JSON.stringify([{ ...goose, sandboxes: ['cloud'] }]),
    /at \[0\]\.sandboxes\[0\]: /,
  ],
  ['an unknown field', JSON.stringify([{ ...goose, comand: 'x' }]), /comand/],
  [
    'a name of Drover’s own',
    JSON.stringify([{ ...goose, id: 'codex' }]),
    /the id codex belongs to one of Drover’s own agents/,
  ],
  ['two of one name', JSON.stringify([goose, goose]), /the id goose belongs to another agent of the list/],
])('%s is told in a sentence', (_what, setting, sentence) => {
  const read = readAgents(setting)
  expect(read.ok ? '' : read.error).toMatch(sentence)
})

test('its variables name what the run has; it is not started without what it needs', async () => {
  const read = readOne({
    ...goose,
    env: { BASE: '{openai.url}', KEY: 'k-{openai.key}', MODEL: '{model}', OTHER: '{google.key}', JSON: '{"a":1}' },
    takes: ['openai_key'],
  })
  if (!read.ok || read.value[0] === undefined) throw new Error('it is valid')
  const declaration = createCustom(read.value[0])
  const prepared = await declaration.prepare({
    sandbox: 'direct',
    onOutput: () => {},
    signal: AbortSignal.timeout(1000),
  })
  if ('open' in prepared) throw new Error('it is a program')
  const context = (has: boolean): HarnessContext => ({
    inside: (path) => path,
    home: '/home',
    config: { harness: HarnessId.parse('goose'), sandbox: 'direct' },
    models: {
      endpoint: (api) => (has && api === 'openai' ? { api, baseUrl: 'http://m/v1', token: 't' } : undefined),
      renew: () => {},
      close: () => {},
    },
  })
  expect(declaration).toMatchObject({ letters: 'GO', takes: ['openai_key'] })
  expect(prepared.argv((path) => path)).toEqual(['goose', 'acp'])
  expect(await prepared.env(context(true))).toEqual({ BASE: 'http://m/v1', KEY: 'k-t', JSON: '{"a":1}' })
  expect(() => prepared.env(context(false))).toThrow('Goose has no credentials for this run.')
})
