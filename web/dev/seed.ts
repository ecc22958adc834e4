import { HarnessId } from '#shared/domain/harness.ts'
import type { RefusedMutation } from '#shared/domain/notice.ts'
import type { AgentNotification } from '#shared/domain/notification.ts'
import type { Permission } from '#shared/domain/permission.ts'
import type { Run } from '#shared/domain/run.ts'
import type { Member, Runner, Team } from '#shared/domain/team.ts'
import type { RunFiles, RunTasks } from '#shared/domain/transcript.ts'
import { PermissionId, RunId, RunnerId, TeamId, UserId, uuidv7 } from '#shared/ids.ts'
import type { DeviceIntent } from '#sync/client/workspace.ts'
import { keys } from '#sync/core/keys.ts'

/** The team of the mocks: three people, five agents, a day of runs. */
const minute = 60_000
const id = (index: number) => uuidv7(1_700_000_000_000 + index, new Uint8Array(10).fill(index % 251))

const team = TeamId.parse('northwind')
const mara = UserId.parse('mara')
const jonas = UserId.parse('jonas')
const tomoko = UserId.parse('tomoko')

export const seedIds = {
  team,
  mara,
  jonas,
  tomoko,
  me: {
    user: { id: mara, name: 'Mara Lindqvist', email: 'mara@northwind.example' },
    team: { id: team, name: 'Northwind' },
    role: 'owner',
    teams: [{ id: team, name: 'Northwind' }],
    sessionId: 'session-1',
  },
} as const

const agents = {
  'claude-code': ['Claude Code', 'CC'],
  codex: ['Codex', 'CX'],
  opencode: ['OpenCode', 'OC'],
  'gemini-cli': ['Gemini CLI', 'GC'],
  runbook: ['Runbook', 'RB'],
} as const

export function seed(now: number) {
  const rows: Record<string, object> = {}
  const transcripts = new Map<RunId, { rows: Record<string, object> }>()
  let made = 0

  rows[keys.team] = { id: team, name: 'Northwind', maxActiveRuns: 8, createdAt: now } satisfies Team
  const people: readonly [UserId, string, number, Member['role']][] = [
    [mara, 'Mara Lindqvist', 1, 'owner'],
    [jonas, 'Jonas Okafor', 2, 'member'],
    [tomoko, 'Tomoko Sato', 3, 'admin'],
  ]
  for (const [userId, name, hue, role] of people)
    rows[keys.member(userId)] = { userId, name, hue, role, joinedAt: now } satisfies Member

  for (const [index, hostName] of ['devbox-04', 'eu-cloud-1', 'eu-cloud-2'].entries()) {
    const runnerId = RunnerId.parse(id(900 + index))
    rows[keys.runner(runnerId)] = {
      id: runnerId,
      name: hostName,
      hostName,
      version: '0.1.0',
      platform: 'linux x64',
      sandboxes: ['direct', 'docker'],
      harnesses: Object.entries(agents).map(([harness, [name, letters]]) => ({
        id: HarnessId.parse(harness),
        name,
        letters,
        sandboxes: ['direct', 'docker'],
        ...(harness === 'gemini-cli' && index < 3
          ? { unavailable: 'Gemini CLI is not installed here. Install it, then reconnect.' }
          : {}),
      })),
      capacity: 4,
      running: index,
      connected: index !== 2,
      lastSeenAt: now - index * minute,
      problems:
        index === 1
          ? [
              `Runner ${hostName} has 1.2 GB left on its disk (/srv/drover) and takes nothing new below 2.1 GB. Free space there.`,
            ]
          : [],
      about: {
        freeBytes: index === 1 ? 1_200_000_000 : 84_000_000_000,
        minFreeBytes: 2_147_483_648,
        runBytes: 32_212_254_720,
        idleMs: 600_000,
        cleansUp: index !== 0,
        docker: { image: 'debian:bookworm', pull: 'missing', network: 'bridge', memoryMb: 4096, cpus: 2, pids: 1024 },
      },
    } satisfies Runner
  }

  const run = (
    title: string,
    by: UserId,
    harness: keyof typeof agents,
    hostName: string,
    more: Partial<Run>,
  ): RunId => {
    const runId = RunId.parse(id(made++))
    const createdAt = more.createdAt ?? now - 10 * minute
    rows[keys.run(runId)] = {
      id: runId,
      teamId: team,
      title,
      prompt: `${title}. Keep the change small and show what would be uploaded.`,
      createdBy: by,
      source: 'WEB_APP',
      config: {
        harness: HarnessId.parse(harness),
        sandbox: 'docker',
        repository: { url: 'git@example.com:northwind/billing.git', branch: 'main' },
      },
      state: 'SUCCEEDED',
      stateAt: createdAt,
      turn: 1,
      hostName,
      createdAt,
      startedAt: createdAt,
      updatedAt: createdAt,
      ...more,
    } satisfies Run
    return runId
  }
  /** What this run told its person, `me` of the app. */
  const tell = (runId: RunId, note: Pick<AgentNotification, 'type' | 'at' | 'text'> & Partial<AgentNotification>) => {
    const id = note.permissionId ?? 'turn-1'
    const run = rows[keys.run(runId)]
    const title = run !== undefined && 'title' in run ? String(run.title) : ''
    rows[keys.notification(mara, runId, id)] = { id, userId: mara, runId, title, ...note } satisfies AgentNotification
  }
  const cost = (costUsd: number) => ({ usage: { costUsd } })

  const question = PermissionId.parse(id(500))
  const billing = run('Get @northwind/billing ready to publish', mara, 'claude-code', 'devbox-04', {
    state: 'BLOCKED',
    stateAt: now - minute,
    asks: { permissionId: question, kind: 'command', line: 'rm -rf build && npm publish --dry-run', danger: true },
    tasks: { done: 3, total: 5, current: 'Clear the stale build, check again' },
    files: { changed: 3, added: 29, removed: 4 },
    branch: 'billing/release-prep',
    ...cost(0.84),
  })
  rows[keys.permission(billing, question)] = {
    request: {
      id: question,
      runId: billing,
      turn: 1,
      agent: 'Claude Code',
      title: 'Claude Code wants to run a command',
      subject: { kind: 'command', command: 'rm -rf build && npm publish --dry-run', effects: [] },
      reason: 'The rule “Ask before deleting untracked files” covers this run.',
      options: [],
      digest: 'a'.repeat(64),
      askedAt: now - minute,
    },
    state: 'open',
  } satisfies Permission
  tell(billing, {
    type: 'request',
    asks: 'command',
    at: now - 7 * minute,
    text: 'rm -rf build && npm publish --dry-run',
    permissionId: question,
  })
  const choice = PermissionId.parse(id(501))
  const webhooks = run('Deliver webhooks at least once', jonas, 'codex', 'eu-cloud-2', {
    state: 'BLOCKED',
    stateAt: now - 9 * minute,
    source: 'API',
    asks: {
      permissionId: choice,
      kind: 'question',
      line: 'retry with exponential back-off, or every 30 seconds?',
      danger: false,
    },
    ...cost(2.1),
  })
  rows[keys.permission(webhooks, choice)] = {
    request: {
      id: choice,
      runId: webhooks,
      turn: 1,
      agent: 'Codex',
      title: 'Codex asks how to go on',
      subject: { kind: 'question', question: 'retry with exponential back-off, or every 30 seconds?' },
      reason: 'The plan leaves it open.',
      options: [
        { optionId: 'backoff', kind: 'allow_once', name: 'Exponential back-off' },
        { optionId: 'fixed', kind: 'allow_once', name: 'Every 30 seconds' },
      ],
      digest: 'c'.repeat(64),
      askedAt: now - 16 * minute,
    },
    state: 'open',
  } satisfies Permission
  tell(webhooks, {
    type: 'request',
    asks: 'question',
    at: now - 16 * minute,
    text: 'retry with exponential back-off, or every 30 seconds?',
    permissionId: choice,
  })
  const split = run('Split billing into its own package', mara, 'claude-code', 'devbox-04', {
    state: 'INPROGRESS',
    createdAt: now - 42 * minute,
    tasks: { done: 4, total: 7, current: 'Rewrite imports' },
    files: { changed: 47, added: 612, removed: 588 },
    branch: 'billing/extract-package',
    activity: 'npx tsc --noEmit -p packages/billing',
    artifacts: 2,
    ...cost(6.12),
  })
  transcripts.set(split, {
    rows: {
      [keys.tasks]: {
        at: now,
        tasks: [
          { text: 'Move invoice models and their tests', status: 'completed' },
          { text: 'Find every import of the old path', status: 'completed' },
          { text: 'Give the package its own tsconfig', status: 'completed' },
          { text: 'Move the price rounding', status: 'completed' },
          { text: 'Rewrite imports', status: 'in_progress' },
          { text: 'Update the release workflow', status: 'pending' },
          { text: 'Write the migration note', status: 'pending' },
        ],
      } satisfies RunTasks,
      [keys.files]: {
        at: now,
        files: [
          { path: 'packages/billing/src/invoice.ts', status: 'added', added: 214, removed: 0 },
          { path: 'apps/web/src/lib/invoice.ts', status: 'deleted', added: 0, removed: 198 },
          { path: 'packages/billing/package.json', status: 'added', added: 31, removed: 0 },
        ],
        more: 44,
      } satisfies RunFiles,
    },
  })
  run('Nightly dependency sweep', tomoko, 'gemini-cli', 'eu-cloud-1', {
    state: 'INPROGRESS',
    createdAt: now - 6 * minute,
    source: 'SCHEDULED_AGENT',
    activity: 'npm outdated --json',
    ...cost(0.31),
  })
  run('Add rate limits to the public API', jonas, 'claude-code', 'eu-cloud-1', {
    state: 'QUEUED',
    createdAt: now - 2 * minute,
    reason: { text: 'waits for a free slot' },
  })
  const ended = (ago: number) => ({ createdAt: now - ago - 9 * minute, endedAt: now - ago, stateAt: now - ago })
  const checkout = run('Fix the checkout test that fails on Safari', mara, 'claude-code', 'macbook-ml', {
    ...ended(70 * minute),
    files: { changed: 4, added: 31, removed: 12 },
    ...cost(1.07),
  })
  tell(checkout, { type: 'complete', at: now - 70 * minute, text: 'All 312 tests pass.', readAt: now - 60 * minute })
  tell(checkout, {
    type: 'request',
    asks: 'command',
    at: now - 75 * minute,
    text: 'npx playwright test checkout --project=webkit',
    permissionId: PermissionId.parse(id(502)),
    readAt: now - 74 * minute,
    outcome: { kind: 'answered', answer: { kind: 'allow_once' }, by: jonas, at: now - 74 * minute },
  })
  const cache = run('Move the CI cache', tomoko, 'opencode', 'eu-cloud-1', {
    ...ended(90 * minute),
    state: 'FAILED',
    source: 'API',
    reason: { code: 'journal_full', text: 'Disk full after 9 min. Free space, then retry.' },
    ...cost(2.4),
  })
  tell(cache, { type: 'error', at: now - 90 * minute, text: 'Disk full after 9 min. Free space, then retry.' })
  const explain = run('Explain last night’s 502s', jonas, 'codex', 'eu-cloud-2', {
    ...ended(120 * minute),
    ...cost(0.44),
  })
  tell(explain, {
    type: 'complete',
    at: now - 120 * minute,
    text: 'A deploy drained the pool too early. 3 fixes proposed.',
  })
  run('Rename Account to Workspace', jonas, 'claude-code', 'devbox-04', {
    ...ended(150 * minute),
    state: 'CANCELLED',
    source: 'CLI',
    stop: { by: jonas, at: now - 150 * minute, state: 'done' },
    ...cost(0.18),
  })
  const day = 24 * 60 * minute
  const changelog = run('Draft the weekly changelog', tomoko, 'gemini-cli', 'eu-cloud-1', {
    ...ended(day),
    source: 'SCHEDULED_AGENT',
    ...cost(0.22),
  })
  tell(changelog, {
    type: 'complete',
    at: now - day,
    text: '12 entries, 2 need a name check.',
    readAt: now - day + minute,
  })
  run('Add types to the old pricing module', mara, 'claude-code', 'macbook-ml', {
    ...ended(day + 60 * minute),
    source: 'CLI',
    ...cost(3.85),
  })
  run('Find where sessions leak memory', tomoko, 'codex', 'devbox-04', { ...ended(day + 90 * minute), ...cost(1.36) })
  run('Regenerate API clients', jonas, 'opencode', 'devbox-04', {
    ...ended(day + 100 * minute),
    state: 'ERROR',
    reason: { code: 'runner_lost', text: 'Agent lost its connection' },
    ...cost(0.07),
  })
  run(
    'A title that somebody wrote far too long, to see where it is cut, how the row holds, and whether the whole of it can still be read somewhere',
    mara,
    'runbook',
    'a-host-with-a-very-long-name.internal',
    {
      ...ended(4 * day),
    },
  )
  return { rows, transcripts }
}

/** `count` finished runs of the past, to see that the list does not mind. */
export function manyRuns(count: number, now: number): Record<string, object> {
  const rows: Record<string, object> = {}
  for (let index = 0; index < count; index++) {
    const runId = RunId.parse(uuidv7(1_600_000_000_000 + index, new Uint8Array(10).fill(index % 251)))
    const at = now - (index + 1) * 17 * minute - 5 * 24 * 60 * minute
    rows[keys.run(runId)] = {
      id: runId,
      teamId: team,
      title: `Run ${index + 1} of the past`,
      prompt: 'Sweep the dependencies',
      createdBy: [mara, jonas, tomoko][index % 3] ?? mara,
      source: 'SCHEDULED_AGENT',
      config: { harness: HarnessId.parse('codex'), sandbox: 'docker' },
      state: index % 9 === 0 ? 'FAILED' : 'SUCCEEDED',
      stateAt: at,
      turn: 1,
      hostName: 'eu-cloud-1',
      createdAt: at - minute,
      startedAt: at - minute,
      endedAt: at,
      updatedAt: at,
    } satisfies Run
  }
  return rows
}

/** A refused change, as the server leaves it. */
export function seedRefusal(now: number): readonly [key: string, row: RefusedMutation] {
  return [
    keys.refused(mara, 'client', 7),
    {
      userId: mara,
      clientId: 'client',
      mutationId: 7,
      name: 'sendPrompt',
      args: JSON.stringify({
        runId: id(2),
        promptId: id(700),
        deliveryId: id(701),
        text: 'Use the new rounding everywhere.',
        mode: 'queue',
      }),
      refusal: { code: 'too_many', detail: '50 messages wait already' },
      at: now - 3 * minute,
    },
  ]
}

/** What this device did lately, newest first: something of every standing. */
export function seedIntents(now: number): readonly DeviceIntent[] {
  const runOf = (index: number) => id(index)
  const did = (
    name: string,
    args: object,
    minutesAgo: number,
    state: DeviceIntent['state'] = 'accepted',
  ): DeviceIntent => ({
    id: `${name}-${minutesAgo}`,
    name,
    args,
    at: now - minutesAgo * minute,
    state,
    refusal: state === 'refused' ? { code: 'already_answered' } : undefined,
    mutations: [],
  })
  return [
    did('answerPermission', { runId: runOf(0), permissionId: id(500), answer: { kind: 'deny' } }, 1, 'local'),
    did(
      'sendPrompt',
      { runId: runOf(3), promptId: id(700), text: 'Skip the major versions, and tell me which.' },
      2,
      'local',
    ),
    did(
      'createRun',
      {
        runId: id(900),
        prompt:
          'Regenerate the API clients, and look whether anything that uses them breaks. Only in the billing package.',
      },
      3,
      'local',
    ),
    did('stopRun', { runId: runOf(2) }, 9),
    did('renameRun', { runId: runOf(5), title: 'Fix the checkout test that fails on Safari' }, 24),
    did('sendPrompt', { runId: runOf(2), promptId: id(701), text: 'Leave the old import paths as re-exports.' }, 40),
    did('answerPermission', { runId: runOf(1), permissionId: id(501), answer: { kind: 'allow_once' } }, 62, 'refused'),
    did('createRun', { runId: runOf(13), prompt: 'Far too long' }, 4 * 24 * 60),
  ]
}
