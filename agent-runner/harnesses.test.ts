import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { RunSecret } from '#shared/domain/secret.ts'
import { SecretName } from '#shared/domain/secret.ts'
import { HarnessOffer } from '#shared/domain/harness.ts'
import { readConfig } from './config.ts'
import type { HarnessContext, HarnessDeclaration, PreparedHarness } from './harness/declaration.ts'
import { createHarnesses } from './harnesses.ts'
import type { ModelApi } from './models/endpoints.ts'
import { createOffer } from './offer.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'drover-harnesses-'))
})
afterEach(() => rm(folder, { recursive: true }))

function harnesses(environment: Record<string, string> = {}): HarnessDeclaration[] {
  const config = readConfig({ HOME: folder, DROVER_API_KEY: 'k', DROVER_RUNNER_DIR: folder, ...environment })
  if (!config.ok) throw new Error(config.error)
  return createHarnesses({ config: config.value, toolsFolder: join(folder, 'tools') })
}
const one = (id: string, from = harnesses()): HarnessDeclaration => {
  const found = from.find((declaration) => declaration.id === id)
  if (found === undefined) throw new Error(`there is no ${id}`)
  return found
}

/** Its files as if they had been fetched. */
async function prepared(
  declaration: HarnessDeclaration,
  packageFolder: string,
): Promise<Exclude<PreparedHarness, { open: unknown }>> {
  await mkdir(join(folder, 'tools', packageFolder), { recursive: true })
  await writeFile(join(folder, 'tools', packageFolder, 'complete'), 'yes')
  const got = await declaration.prepare({ sandbox: 'direct', onOutput: () => {}, signal: AbortSignal.timeout(5000) })
  if ('open' in got) throw new Error('it is a program')
  return got
}

function context(apis: readonly ModelApi[], more: Partial<HarnessContext> & { model?: string } = {}): HarnessContext {
  return {
    inside: (path) => path,
    home: '/home',
    config: {
      harness: one('runbook').id,
      sandbox: 'direct',
      ...(more.model === undefined ? {} : { model: more.model }),
    },
    models: {
      endpoint: (api) => (apis.includes(api) ? { api, baseUrl: `http://${api}`, token: 'run-token' } : undefined),
      renew: () => {},
      close: () => {},
    },
    ...more,
  }
}

const claudePackage = '@agentclientprotocol+claude-agent-acp@0.101.0'
const secret = (kind: RunSecret['kind'], value: unknown): RunSecret => ({
  name: SecretName.parse('A_SECRET'),
  kind,
  value: JSON.stringify(value),
})

test('an offer is what the protocol takes: models, credentials, and what can’t be asked', () => {
  const offers = createOffer({
    sandboxes: [{ kind: 'direct', problem: async () => undefined, start: never, sweep: never, close: async () => {} }],
    harnesses: harnesses({ DROVER_AGENTS: '[{"id":"goose","name":"Goose","command":["goose","acp"]}]' }),
  }).now().harnesses
  expect(offers.map((offer) => HarnessOffer.parse(offer).id)).toEqual([
    'runbook',
    'drover',
    'claude-code',
    'codex',
    'gemini',
    'opencode',
    'goose',
  ])
  const claude = offers.find(({ id }) => id === 'claude-code')
  expect(claude).toMatchObject({ takes: ['anthropic_key', 'bedrock_key', 'bedrock_access_key', 'model_endpoint'] })
  expect(claude?.models?.map(({ id }) => id)).toContain('opus')
  expect(offers.find(({ id }) => id === 'codex')?.cannotAsk?.map(({ sandbox }) => sandbox)).toEqual([
    'direct',
    'direct',
  ])
  expect(offers.find(({ id }) => id === 'goose')).toMatchObject({ letters: 'GO', sandboxes: ['direct'] })
})

test.each([
  ['claude-code', '.claude/.credentials.json'],
  ['codex', '.codex/auth.json'],
  ['gemini', '.gemini/oauth_creds.json'],
  ['opencode', '.local/share/opencode/auth.json'],
])('a person who is signed in to %s needs no key in the direct sandbox', async (id, file) => {
  const offer = createOffer({
    sandboxes: [{ kind: 'direct', problem: async () => undefined, start: never, sweep: never, close: async () => {} }],
    harnesses: harnesses(),
  })
  const told = () => offer.now().harnesses.find((harness) => harness.id === id)?.signedIn
  await offer.look()
  expect(told()).toBeUndefined()
  await mkdir(join(folder, file, '..'), { recursive: true })
  await writeFile(join(folder, file), '{"token":1}')
  await offer.look()
  expect(told()).toEqual(['direct'])
})

test('Claude Code uses the run’s endpoint, else Bedrock, else the person’s sign-in', async () => {
  const { env } = await prepared(one('claude-code'), claudePackage)
  expect(await env(context(['anthropic'], { model: 'my-model' }))).toMatchObject({
    ANTHROPIC_BASE_URL: 'http://anthropic',
    ANTHROPIC_API_KEY: 'run-token',
    ANTHROPIC_MODEL: 'my-model',
  })
  expect(await env(context([], { secrets: [secret('bedrock_key', { key: 'b', region: 'eu-west-1' })] }))).toMatchObject(
    {
      CLAUDE_CODE_USE_BEDROCK: '1',
      AWS_BEARER_TOKEN_BEDROCK: 'b',
      AWS_REGION: 'eu-west-1',
    },
  )
  const pair = { accessKeyId: 'a', secretAccessKey: 's', region: 'eu-west-1' }
  expect(await env(context([], { secrets: [secret('bedrock_access_key', pair)] }))).toMatchObject({
    AWS_ACCESS_KEY_ID: 'a',
    AWS_SECRET_ACCESS_KEY: 's',
  })
  await expect(env(context([], { secrets: [secret('bedrock_key', 'x')] }))).rejects.toThrow(
    'The secret A_SECRET is not of its form.',
  )
  await expect(env(context([]))).rejects.toMatchObject({ code: 'authentication_required' })
  const token = harnesses({ CLAUDE_CODE_OAUTH_TOKEN: 'signed-in' })
  const signedIn = await prepared(one('claude-code', token), claudePackage)
  expect(await signedIn.env(context([]))).toMatchObject({ CLAUDE_CODE_OAUTH_TOKEN: 'signed-in' })
  // The container does not have it.
  const inside = { ...context([]).config, sandbox: 'docker' as const }
  await expect(signedIn.env(context([], { config: inside }))).rejects.toMatchObject({ code: 'authentication_required' })
})

test('what a session told of its models is offered the next time, also by another process', async () => {
  one('gemini').learn?.([{ id: 'gemini-9', name: 'Gemini 9' }])
  await vi.waitFor(() =>
    expect(one('gemini').models?.()).toEqual(expect.arrayContaining([{ id: 'gemini-9', name: 'Gemini 9' }])),
  )
  expect(
    one('gemini')
      .models?.()
      .map(({ id }) => id),
  ).toContain('auto')
  await writeFile(join(folder, 'models.json'), 'no json')
  expect(
    one('gemini')
      .models?.()
      .map(({ id }) => id),
  ).not.toContain('gemini-9')
})

function never(): never {
  throw new Error('not in this test')
}
