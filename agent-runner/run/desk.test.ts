import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { builtinProfile, standardProfileId } from '#shared/domain/builtin-profiles.ts'
import type { PermissionRequest } from '#shared/domain/permission.ts'
import type { ProfileSnapshot } from '#shared/domain/profile.ts'
import type { EntryBody } from '#shared/domain/transcript.ts'
import { EntryId, RunId, UserId, uuidv7 } from '#shared/ids.ts'
import type { PermissionParams } from '../harness/acp-shapes.ts'
import { noHiding } from '../secrets/hiding.ts'
import type { AgentTerminal } from '../terminals/agent-terminals.ts'
import { createPermissionDesk } from './desk.ts'
import { createJudge } from './judge.ts'
import { createPermissions } from './permissions.ts'

const found = builtinProfile(standardProfileId)
if (found === undefined) throw new Error('no Standard')
const standard = found
let root: string

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  root = await mkdtemp(join(tmpdir(), 'drover-desk-'))
  await writeFile(join(root, '.env'), 'A=1')
  await symlink('.env', join(root, 'link'))
})
afterEach(async () => {
  vi.useRealTimers()
  await rm(root, { recursive: true, force: true })
})

const terminal: AgentTerminal = {
  name: 't1',
  title: 'npm init',
  write: () => undefined,
  settle: async () => ({ printed: '', end: undefined, takenBy: undefined }),
  stop: async () => {},
}

/** A desk of a harness that hears no reasons, over real judgement, in a workspace on this disk. */
function openDesk(first: ProfileSnapshot = standard) {
  let profile = first
  let made = 0
  const asked: PermissionRequest[] = []
  const entries: EntryBody[] = []
  const newId = () => uuidv7(1, new Uint8Array(10).fill(++made))
  const approved = new Set<string>()
  const terminals = {
    get: (name: string) => (name === 't1' ? terminal : undefined),
    isApproved: (name: string) => approved.has(name),
    approve: (name: string) => void approved.add(name),
  }
  const judge = createJudge({ workspace: '/workspace', hostWorkspace: root, environment: {} })
  const permissions = createPermissions({
    runId: RunId.parse(newId()),
    turn: () => 1,
    agent: 'Harness',
    journal: {
      append: (body) => {
        if (body.type === 'permission') asked.push(body.request)
        return 1
      },
      record: async () => {},
    },
    transcript: {
      endSpeech: () => {},
      flush: () => {},
      add: (body) => {
        entries.push(body)
        return EntryId.parse(`entry-${entries.length - 1}`)
      },
      rewrite: (id, body) => {
        entries[Number(id.slice(6))] = body
      },
    },
    clock: { now: () => 1, newId, random: () => 0 },
    digest: judge.digest,
    hiding: noHiding,
  })
  const desk = createPermissionDesk({
    declaration: { name: 'Harness', quirks: { hearsDenials: false, rulesApply: false, takesTools: true } },
    permissions: () => permissions,
    translator: () => ({ tool: () => {}, answered: () => {}, denied: () => {}, told: () => undefined }),
    judge: () => judge,
    blobs: { put: async () => undefined, close: () => {} },
    terminals,
    profile: () => profile,
    similar: () => [],
    allowSimilar: () => {},
    relative: (path) => path.replace(/^\/workspace\//, ''),
    cwd: () => '/workspace',
  })
  const decide = (toolCall: Omit<PermissionParams['toolCall'], 'toolCallId'>, _meta?: Record<string, unknown>) =>
    desk.decide(
      {
        toolCall: { toolCallId: `call-${++made}`, ...toolCall },
        options: [
          { optionId: 'always', name: 'Always', kind: 'allow_always' },
          { optionId: 'yes', name: 'Yes', kind: 'allow_once' },
          { optionId: 'no', name: 'No', kind: 'reject_once' },
        ],
        ...(_meta === undefined ? {} : { _meta }),
      },
      new AbortController().signal,
    )
  const nextAsked = () => vi.waitUntil(() => asked.shift())
  return {
    desk,
    decide,
    permissions,
    entries,
    asked,
    nextAsked,
    switchTo: (next: ProfileSnapshot) => {
      profile = next
      permissions.reconsider()
    },
    answer: (request: PermissionRequest, kind: 'allow_once' | 'deny') =>
      permissions.answer({
        permissionId: request.id,
        digest: request.digest,
        answer: { kind },
        by: UserId.parse('person-1'),
        at: 1,
      }),
  }
}

const edit = (path: string) => ({ kind: 'edit' as const, rawInput: { file_path: path } })

describe('what a harness asks for', () => {
  test.each([
    ['a file of the workspace', edit('/workspace/src/a.ts')],
    ['a command that is harmless', { kind: 'execute' as const, rawInput: { command: 'ls -la' } }],
    ['a plan', { title: 'mcp__drover__create_plan' }],
  ])('%s goes, with the least of its own choices', async (_, call) => {
    const { decide, asked } = openDesk()
    expect(await decide(call)).toEqual({ optionId: 'yes' })
    expect(asked).toEqual([])
  })

  test('a file outside is denied at once, which the transcript and the agent are told', async () => {
    const { decide, desk, entries, asked } = openDesk()
    expect(await decide(edit('/etc/passwd'))).toMatchObject({ optionId: 'no' })
    expect(asked).toEqual([])
    expect(entries).toMatchObject([{ kind: 'permission', outcome: { profile: 'Standard', answer: { kind: 'deny' } } }])
    expect([desk.takeDenied(), desk.takeDenied()]).toEqual([true, false])
    expect(desk.takeUnheard()).toEqual([
      'Denied by the profile Standard; nobody was asked. No agent changes files outside its workspace: /etc/passwd. Find another way, or leave it and say so.',
    ])
  })

  test.each([
    ['a protected file', edit('/workspace/.env'), 'The profile Standard protects .env, which this changes.'],
    ['a link to one', edit('/workspace/link'), 'The profile Standard protects .env, which this changes.'],
    ['a tool of a server', { title: 'mcp__github__push' }, 'The profile Standard asks before an agent may use tools of MCP servers (github/push).'], // prettier-ignore
    ['a page', { kind: 'fetch' as const, rawInput: { url: 'https://example.org/x' } }, 'The profile Standard asks before an agent may fetch from the web or search it (example.org).'], // prettier-ignore
  ])('%s asks, in words that name the rule', async (_, call, reason) => {
    const { decide, nextAsked, answer } = openDesk()
    const decided = decide(call)
    const request = await nextAsked()
    expect(request?.reason).toBe(reason)
    if (request !== undefined) answer(request, 'allow_once')
    expect(await decided).toMatchObject({ optionId: 'yes' })
  })

  test('denials that nobody made are told a few times in a turn, not for ever', async () => {
    const { decide, desk } = openDesk()
    for (let at = 0; at < 20; at++) await decide(edit(`/etc/${at}`))
    expect(desk.takeUnheard()).toHaveLength(5)
    desk.beginTurn()
    await decide(edit('/etc/again'))
    expect(desk.takeUnheard()).toHaveLength(1)
  })
})

describe('keys for a running command', () => {
  const keys = { kind: 'execute' as const, title: 'Write to “npm init”', rawInput: 'yes‹Enter›' }
  const of = (name: string) => ({ 'drover/terminal': name })
  const withWrites = (terminalWrites: ProfileSnapshot['terminalWrites']): ProfileSnapshot => ({
    ...standard,
    terminalWrites,
  })

  test('ask the first time, with exactly these keys, and then no more', async () => {
    const { decide, nextAsked, answer, asked } = openDesk(withWrites('ask_first'))
    for (const kind of ['deny', 'allow_once'] as const) {
      const decided = decide(keys, of('t1'))
      const request = await nextAsked()
      expect(request).toMatchObject({
        title: 'Harness wants to write to a running command',
        subject: { kind: 'tool', tool: 'Write to “npm init”', input: 'yes‹Enter›' },
      })
      if (request !== undefined) answer(request, kind)
      await decided
    }
    expect(await decide(keys, of('t1'))).toEqual({ optionId: 'yes' })
    expect(asked).toEqual([])
  })

  test.each([
    ['always_ask', 2],
    ['always_allow', 0],
    ['never', 0],
  ] as const)('under “%s” ask %d times of two', async (writes, times) => {
    const { decide, nextAsked, answer } = openDesk(withWrites(writes))
    for (let at = 0; at < 2; at++) {
      const decided = decide(keys, of('t1'))
      const request = times === 0 ? undefined : await nextAsked()
      if (request !== undefined) answer(request, 'allow_once')
      expect(await decided).toMatchObject({ optionId: writes === 'never' ? 'no' : 'yes' })
    }
  })

  test('of a harness that has no such terminal are what else it says', async () => {
    const { decide, nextAsked, answer } = openDesk(withWrites('always_allow'))
    const decided = decide({ kind: 'execute', rawInput: { command: 'rm x' } }, of('t2'))
    const request = await nextAsked()
    expect(request?.subject.kind).toBe('command')
    if (request !== undefined) answer(request, 'deny')
    expect(await decided).toMatchObject({ optionId: 'no' })
  })
})

describe('an open question', () => {
  const rm = { kind: 'execute' as const, rawInput: { command: 'rm x' } }

  test('is answered by a profile that allows or denies it', async () => {
    const { decide, nextAsked, switchTo, entries } = openDesk()
    const first = decide(rm)
    await nextAsked()
    const free = { ...standard, name: 'Free', autonomy: { ...standard.autonomy, commands: 'always_allow' as const } }
    switchTo(free)
    expect(await first).toEqual({ optionId: 'yes' })
    switchTo(standard)
    const second = decide(rm)
    await nextAsked()
    switchTo({ ...free, name: 'None', autonomy: { ...free.autonomy, commands: 'never' } })
    expect(await second).toMatchObject({ optionId: 'no' })
    expect(entries).toMatchObject([{ outcome: { profile: 'Free' } }, { outcome: { profile: 'None' } }])
  })

  test('is denied once it has waited as long as its profile says, and the answer that comes late is told so', async () => {
    const { decide, nextAsked, desk, answer, permissions } = openDesk({ ...standard, expiresAfterMinutes: 30 })
    const decided = decide(rm)
    const request = await nextAsked()
    expect(request?.expiresAt).toBe(1 + 30 * 60_000)
    vi.advanceTimersByTime(29 * 60_000)
    expect(permissions.open()).toBe(1)
    vi.advanceTimersByTime(60_000)
    expect(await decided).toMatchObject({ optionId: 'no' })
    expect(desk.takeUnheard()[0]).toContain('nobody answered within 30 minutes')
    expect(request && answer(request, 'allow_once')).toMatchObject({ ok: false, error: { code: 'already_answered' } })
  })
})

describe('a file that the harness hands over itself', () => {
  test('needs no second question after its tool call was allowed, once', async () => {
    const { decide, desk, nextAsked, answer } = openDesk()
    const decided = decide(edit('/workspace/.env'))
    const first = await nextAsked()
    if (first !== undefined) answer(first, 'allow_once')
    await decided
    await desk.beforeFile('edit', '/workspace/.env')
    const again = desk.beforeFile('edit', '/workspace/.env')
    const second = await nextAsked()
    if (second !== undefined) answer(second, 'deny')
    await expect(again).rejects.toThrow('A person denied this.')
  })

  test('is judged where nothing was asked before', async () => {
    const { desk } = openDesk()
    await desk.beforeFile('edit', '/workspace/src/a.ts')
    await expect(desk.beforeFile('edit', '/workspace/../x')).rejects.toThrow('outside its workspace')
    const blind = { ...standard, autonomy: { ...standard.autonomy, reads: 'never' as const } }
    await expect(openDesk(blind).desk.beforeFile('read', 'a')).rejects.toThrow('lets no agent read files')
  })
})
