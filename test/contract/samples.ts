import type { Attachment } from '#shared/domain/attachment.ts'
import { boundedText } from '#shared/domain/bounded-text.ts'
import { HarnessId } from '#shared/domain/harness.ts'
import {
  ArtifactId,
  BlobHash,
  DeliveryId,
  EntryId,
  EnvironmentId,
  PermissionId,
  PlanCommentId,
  PlanId,
  PlanVersionId,
  ProfileId,
  PromptId,
  PublishId,
  ReviewChangeId,
  ReviewCommentId,
  RunId,
  RunnerId,
  SecretId,
  TerminalId,
} from '#shared/ids.ts'
import { SecretName } from '#shared/domain/secret.ts'
import { TeamId, UserId } from '#shared/ids.ts'
import { browserProtocol, type BrowserDown, type BrowserUp } from '#shared/protocol/browser-socket.ts'
import { terminalProtocol, type TerminalAsk, type TerminalDown, type TerminalUp } from '#shared/protocol/terminal.ts'
import type { Snapshot } from '#shared/domain/snapshot.ts'
import type { RunEventBody } from '#shared/protocol/run-event.ts'
import { runnerProtocol, type DeliveryBody, type RunnerDown, type RunnerUp } from '#shared/protocol/runner-link.ts'
import {
  runSpace,
  schemaVersion,
  teamSpace,
  type PatchOperation,
  type PullRequest,
  type PullResponse,
  type PushRequest,
} from '#shared/protocol/sync.ts'
import type { FileOp } from '#shared/domain/review-change.ts'
import type { PermissionRequest } from '#shared/domain/permission.ts'
import type { ProfileSettings } from '#shared/domain/profile.ts'
import type { TranscriptEntry } from '#shared/domain/transcript.ts'
import type { MutatorName, Mutators } from '#sync/core/mutators/all.ts'
import type { z } from 'zod'

type ByType<T extends { readonly type: string }> = { readonly [Type in T['type']]: Extract<T, { type: Type }> }

/** Every message of every wire, recorded once, each with all the fields it can have. A new message is an error here until it has its sample. */
export const ids = {
  run: RunId.parse('01994f2e-5c1a-7d3e-9b1f-3f1f0c9a1b2c'),
  runner: RunnerId.parse('01994f2e-5c1a-7d3e-9b1f-3f1f0c9a1b2d'),
  prompt: PromptId.parse('01994f2e-5c1a-7d3e-9b1f-3f1f0c9a1b2e'),
  permission: PermissionId.parse('01994f2e-5c1a-7d3e-9b1f-3f1f0c9a1b2f'),
  delivery: DeliveryId.parse('01994f2e-5c1a-7d3e-9b1f-3f1f0c9a1b30'),
  plan: PlanId.parse('01994f2e-5c1a-7d3e-9b1f-3f1f0c9a1b31'),
  planVersion: PlanVersionId.parse('01994f2e-5c1a-7d3e-9b1f-3f1f0c9a1b32'),
  planComment: PlanCommentId.parse('01994f2e-5c1a-7d3e-9b1f-3f1f0c9a1b33'),
  environment: EnvironmentId.parse('01994f2e-5c1a-7d3e-9b1f-3f1f0c9a1b35'),
  secret: SecretId.parse('01994f2e-5c1a-7d3e-9b1f-3f1f0c9a1b36'),
  planThread: PlanCommentId.parse('01994f2e-5c1a-7d3e-9b1f-3f1f0c9a1b34'),
  reviewComment: ReviewCommentId.parse('01994f2e-5c1a-7d3e-9b1f-3f1f0c9a1b35'),
  reviewThread: ReviewCommentId.parse('01994f2e-5c1a-7d3e-9b1f-3f1f0c9a1b36'),
  reviewChange: ReviewChangeId.parse('01994f2e-5c1a-7d3e-9b1f-3f1f0c9a1b37'),
  terminal: TerminalId.parse('01994f2e-5c1a-7d3e-9b1f-3f1f0c9a1b38'),
  publish: PublishId.parse('01994f2e-5c1a-7d3e-9b1f-3f1f0c9a1bc1'),
  profile: ProfileId.parse('01994f2e-5c1a-7d3e-9b1f-3f1f0c9a1b35'),
  entry: EntryId.parse('entry-1'),
  artifact: ArtifactId.parse('artifact-1'),
  team: TeamId.parse('team-1'),
  user: UserId.parse('user-1'),
  blob: BlobHash.parse('ab'.repeat(32)),
  harness: HarnessId.parse('runbook'),
} as const

const profileSettings: ProfileSettings = {
  name: `Reviews ${ids.profile}`,
  model: 'a-model',
  effort: 'high',
  autonomy: {
    reads: 'always_allow',
    edits: 'agent_decides',
    plans: 'always_ask',
    commands: 'agent_decides',
    mcp: 'always_ask',
    web: 'never',
    other: 'always_ask',
  },
  terminalWrites: 'ask_first',
  commandAllow: ['npm test'],
  commandDeny: ['rm(\\s.*)?'],
  denied: 'deny',
  mcpAllow: ['github/list_*'],
  mcpDeny: ['github/delete_*'],
  protectedPaths: ['.env'],
  runToEnd: false,
  expiresAfterMinutes: 60,
}

const attachment: Attachment = { blob: ids.blob, name: 'shot.png', type: 'png', bytes: 1200, width: 40, height: 30 }
const digest = 'cd'.repeat(32)
const at = 1_760_000_000_000
const offers = {
  short: 'Runner recorded has 1.2 GB left.',
  sandboxes: ['direct'],
  harnesses: [
    {
      id: ids.harness,
      name: 'Runbook',
      letters: 'RB',
      version: '1.0.0',
      sandboxes: ['direct'],
      planTools: ['direct'],
      models: [{ id: 'a-model', name: 'A model', efforts: ['low', 'high'] }],
      images: true,
      commands: [{ name: 'review', description: 'Review the changes', hint: 'what to look at' }],
      takes: ['anthropic_key'],
      signedIn: ['direct'],
      cannotAsk: [{ sandbox: 'docker', text: 'In a container it asks nothing.' }],
      unavailable: 'It is not installed.',
    },
  ],
  problems: ['Docker does not run.'],
  about: {
    freeBytes: 1_200_000_000,
    minFreeBytes: 2_000_000_000,
    runBytes: 0,
    idleMs: 600_000,
    cleansUp: true,
    docker: { image: 'debian:bookworm', pull: 'missing', network: 'bridge', memoryMb: 4096, cpus: 2, pids: 1024 },
  },
} satisfies Partial<Extract<RunnerUp, { type: 'offer' }>>
const refused = { code: 'invalid', detail: 'a fact' } as const
const publishResults = [
  { repository: 'app', state: 'done' as const },
  { repository: 'lib', state: 'nothing' as const },
  { repository: 'docs', state: 'refused' as const, refusal: refused },
]
const runConfig = {
  harness: ids.harness,
  model: 'a-model',
  host: 'devbox-04',
  sandbox: 'direct',
  image: 'debian:bookworm',
  repository: { url: 'https://git.example.test/a.git', branch: 'main' },
  setupCommands: ['true'],
  budgetUsd: 5,
  noSnapshot: true,
} as const
const environmentSpec = {
  name: 'Billing',
  description: 'The service and its library',
  image: 'node:24',
  pullPolicy: 'always' as const,
  repositories: [
    { url: 'https://git.example.test/a.git', branch: 'main', folder: 'service' },
    { url: 'https://git.example.test/b.git' },
  ],
  setupCommands: [{ command: 'npm ci', minutes: 10 }],
  variables: [{ name: 'CI', value: '1' }],
  secrets: [SecretName.parse('NPM_TOKEN')],
  egress: { kind: 'hosts' as const, hosts: ['registry.npmjs.org'] },
  resources: { memoryMb: 4096, cpus: 2, pids: 512 },
  sandbox: 'docker' as const,
}
const secretName = SecretName.parse('DEPLOY_TOKEN')
const { description: _description, ...environmentRun } = environmentSpec
const tokens = { inputTokens: 1, outputTokens: 2, cachedTokens: 3 }
const answer = { kind: 'option', optionId: 'yes', message: 'do' } as const

const entry: TranscriptEntry = {
  id: ids.entry,
  n: 1,
  at,
  turn: 1,
  body: { kind: 'message', text: boundedText('Hello'), done: false },
}

export const permissionRequest: PermissionRequest = {
  id: ids.permission,
  runId: ids.run,
  turn: 1,
  toolCallId: 'call-1',
  agent: 'Runbook',
  title: 'Run a command',
  subject: {
    kind: 'command',
    command: 'rm -r build',
    cwd: '/work',
    blob: ids.blob,
    effects: [{ text: 'rm -r build', summary: 'Deletes build.', risk: 'deletes', danger: true }],
  },
  reason: 'This run asks before commands that change files.',
  profile: { id: ids.profile, name: 'Reviews', allow: { list: 'commandAllow', entries: ['rm -r build'] } },
  similar: 'rm -r build',
  options: [{ optionId: 'yes', kind: 'allow_once', name: 'Allow' }],
  digest,
  askedAt: at,
  expiresAt: at + 1,
}

export const push: PushRequest = {
  pushVersion: 1,
  profileID: 'profile-1',
  clientGroupID: 'group-1',
  mutations: [{ clientID: 'client-1', id: 1, name: 'setTeam', args: { maxActiveRuns: 5 }, timestamp: 1 }],
  schemaVersion,
}

export const pull: PullRequest = {
  pullVersion: 1,
  older: true,
  profileID: 'profile-1',
  clientGroupID: 'group-1',
  cookie: { order: 1, epoch: 'e.1', from: 'chunk/0000001', more: 'run/' },
  schemaVersion,
}

export const browserUp: ByType<BrowserUp> = {
  hello: { type: 'hello', protocol: browserProtocol, schemaVersion, profileId: 'profile-1' },
  subscribe: {
    type: 'subscribe',
    space: teamSpace(ids.team),
    cookie: { order: 0, epoch: 'e.1', from: 'chunk/0000001', more: 'run/' },
  },
  unsubscribe: { type: 'unsubscribe', space: teamSpace(ids.team) },
  follow: { type: 'follow', runId: ids.run },
  unfollow: { type: 'unfollow', runId: ids.run },
  presence: { type: 'presence', runId: ids.run, visible: true, typing: true },
  push: {
    type: 'push',
    id: 'push-1',
    space: teamSpace(ids.team),
    body: push,
  },
  pull: {
    type: 'pull',
    id: 'pull-1',
    space: teamSpace(ids.team),
    body: pull,
  },
  ping: { type: 'ping', at },
}

export const browserDown: ByType<BrowserDown> = {
  welcome: { type: 'welcome', protocol: browserProtocol, serverVersion: '0.1.0', userId: ids.user, at },
  reload: { type: 'reload', reason: 'schema' },
  poke: {
    type: 'poke',
    space: teamSpace(ids.team),
    base: 1,
    version: 2,
    patch: [{ op: 'put', key: 'team', value: { id: 'team-1' } }],
    mutations: { 'group-1': { 'client-1': 1 } },
  },
  behind: { type: 'behind', space: runSpace(ids.run), version: 2 },
  gone: { type: 'gone', space: runSpace(ids.run), refusal: refused },
  live_state: { type: 'live_state', runId: ids.run, entries: [entry] },
  live: { type: 'live', runId: ids.run, deltas: [{ entryId: ids.entry, field: 'text', offset: 5, text: ' you' }] },
  presence: { type: 'presence', runId: ids.run, people: [{ userId: ids.user, typing: true }] },
  plan_participants: {
    type: 'plan_participants',
    whole: true,
    plans: [
      { planId: ids.plan, participants: [{ userId: ids.user }, { runId: ids.run, harness: ids.harness }], more: 0 },
    ],
  },
  answer: { type: 'answer', id: 'push-1', status: 403, body: { error: 'a sentence', refusal: refused } },
  use_http: { type: 'use_http', id: 'pull-1' },
  pong: { type: 'pong', at, serverAt: at },
  error: { type: 'error', refusal: refused },
}

const device = '0a1b2c3d4e5f60718293a4b5c6d7e8f9'
const size = { cols: 80, rows: 24 }
const terminal = {
  id: ids.terminal,
  owner: { kind: 'person', userId: ids.user },
  title: 'Shell of Mara',
  size,
  startedAt: at,
  length: 6,
  end: { why: 'exited', at, exitCode: 0 },
} as const
const liveTerminal = {
  ...terminal,
  start: 0,
  writer: { kind: 'person', userId: ids.user, device, awaySince: at },
} as const

export const terminalAsks: ByType<TerminalAsk> = {
  open: { type: 'open', terminalId: ids.terminal, size },
  take: { type: 'take', terminalId: ids.terminal, size },
  release: { type: 'release', terminalId: ids.terminal },
  input: { type: 'input', terminalId: ids.terminal, seq: 1, data: 'ls\r' },
  resize: { type: 'resize', terminalId: ids.terminal, size },
  close: { type: 'close', terminalId: ids.terminal },
}

export const terminalUp: ByType<TerminalUp> = {
  hello: { type: 'hello', protocol: terminalProtocol, device },
  watch: { type: 'watch', terminalId: ids.terminal, from: 3 },
  unwatch: { type: 'unwatch', terminalId: ids.terminal },
  ack: { type: 'ack', terminalId: ids.terminal, offset: 3 },
  ask: { type: 'ask', at: 5, ask: terminalAsks.open },
  ping: { type: 'ping' },
}

export const terminalDown: ByType<TerminalDown> = {
  state: { type: 'state', place: 'ready', terminals: [liveTerminal], mayWrite: true },
  output: { type: 'output', terminalId: ids.terminal, offset: 0, data: 'ls\r\n', reset: true, old: 4 },
  refused: { type: 'refused', ask: 'input', terminalId: ids.terminal, refusal: refused },
  reload: { type: 'reload' },
  pong: { type: 'pong' },
}

export const snapshot: Snapshot = {
  version: 1,
  turn: 1,
  at,
  base: 'ab'.repeat(20),
  tree: 'cd'.repeat(20),
  repositories: [
    {
      folder: 'app',
      base: 'ab'.repeat(20),
      branch: 'main',
      head: 'cd'.repeat(20),
      commits: { pieces: [ids.blob], bytes: 3 },
    },
  ],
  patch: { pieces: [ids.blob], bytes: 3 },
  files: [{ path: '/tmp/a.log', executable: true, content: { pieces: [ids.blob], bytes: 3 } }],
  session: {
    id: 'session-1',
    harness: ids.harness,
    files: [{ path: '.drover-agent/session-1.json', content: { pieces: [ids.blob], bytes: 3 } }],
  },
  changed: 1,
  shown: [{ path: 'a.ts', status: 'added' }],
  left: [{ path: 'video.mp4', why: 'too_large' }],
  moreLeft: 1,
}

export const runEvents: ByType<RunEventBody> = {
  state: {
    type: 'state',
    event: 'claim',
    turn: 1,
    reason: { code: 'environment_setup_failed', part: 'image', text: 'why', retryable: true },
  },
  entry: { type: 'entry', entry },
  delta: { type: 'delta', entryId: ids.entry, field: 'text', offset: 0, text: 'Hello' },
  permission: { type: 'permission', request: permissionRequest },
  permission_lapsed: {
    type: 'permission_lapsed',
    permissionId: ids.permission,
    ruled: { decision: 'deny', profile: 'Careful' },
  },
  paths: {
    type: 'paths',
    paths: { blob: ids.blob, count: 3, cut: true, symbols: { blob: ids.blob, count: 7, cut: true } },
  },
  tasks: { type: 'tasks', tasks: [{ text: 'Build', status: 'pending' }] },
  usage: {
    type: 'usage',
    usage: {
      inputTokens: 1,
      outputTokens: 2,
      cachedTokens: 3,
      unpricedTokens: 1,
      costUsd: 0.1,
      contextUsed: 3,
      contextSize: 4,
      models: [{ model: 'a-model', inputTokens: 1, outputTokens: 2, cachedTokens: 3, costUsd: 0.1, unpricedTokens: 1 }],
      workMs: 1000,
      blockedMs: 500,
    },
    spent: [{ model: 'a-model', source: 'gateway', inputTokens: 1, outputTokens: 2, cachedTokens: 3, costUsd: 0.1 }],
    meter: {
      session: 'session-1',
      costUsd: 0.1,
      sums: tokens,
      tellsCost: true,
      free: tokens,
      told: { ...tokens, costUsd: 0.1, free: tokens },
      gateway: false,
    },
  },
  files: {
    type: 'files',
    base: 'abc',
    files: [
      {
        path: 'b.ts',
        oldPath: 'a.ts',
        status: 'renamed',
        added: 1,
        removed: 0,
        binary: false,
        patch: '+1',
        blob: ids.blob,
        before: { id: 'ab'.repeat(20), bytes: 3, blob: ids.blob },
        after: { id: 'cd'.repeat(20), bytes: 4, blob: ids.blob },
      },
    ],
    more: 1,
    turn: 2,
  },
  artifact: {
    type: 'artifact',
    artifact: {
      id: ids.artifact,
      kind: 'file',
      title: 'report.md',
      detail: 'A report',
      url: 'https://example.test/report',
      blob: ids.blob,
      bytes: 3,
      mimeType: 'text/markdown',
      planId: ids.plan,
      at,
    },
  },
  artifact_removed: { type: 'artifact_removed', artifactId: ids.artifact },
  session: {
    type: 'session',
    session: { commands: [{ name: 'go', description: 'Goes' }], modes: [{ id: 'm', name: 'M' }], mode: 'm' },
  },
  terminal: { type: 'terminal', terminal: { ...terminal, tail: 'done\r\n', log: { blob: ids.blob, from: 3 } } },
  facts: { type: 'facts', branch: 'main', title: 'A title' },
  activity: { type: 'activity', text: 'Running tests' },
  snapshot: { type: 'snapshot', snapshot },
  prompt_taken: { type: 'prompt_taken', promptId: ids.prompt },
}

const sentPlan = {
  planId: ids.plan,
  title: 'Extract billing',
  version: { n: 1, id: ids.planVersion, at },
  cut: true,
}

export const runnerUp: ByType<RunnerUp> = {
  hello: {
    type: 'hello',
    protocol: runnerProtocol,
    runnerId: ids.runner,
    name: 'recorded',
    hostName: 'devbox-04',
    version: '0.1.0',
    platform: 'linux x64',
    ...offers,
    takesContext: true,
    takesAttachments: true,
    takesEnvironments: true,
    takesFiles: true,
    publishes: true,
    takesProfiles: true,
    takesTerminals: true,
    takesSnapshots: true,
    takesRegistryLogins: true,
    looksAtPulls: true,
    capacity: 4,
    runs: [{ runId: ids.run, turn: 1, lastSeq: 3, active: true }],
  },
  offer: { type: 'offer', ...offers },
  claimed: { type: 'claimed', runId: ids.run, turn: 1 },
  rejected: { type: 'rejected', runId: ids.run, turn: 1, reason: 'It has no room.' },
  events: { type: 'events', runId: ids.run, events: [{ seq: 1, at, body: runEvents.activity }] },
  receipt: {
    type: 'receipt',
    deliveryId: ids.delivery,
    runId: ids.run,
    state: 'refused',
    refusal: refused,
    results: publishResults,
  },
  heartbeat: { type: 'heartbeat', at, active: [ids.run] },
  draining: { type: 'draining' },
  plan_call: {
    type: 'plan_call',
    callId: 'call-1',
    runId: ids.run,
    call: { tool: 'plan_update', planId: ids.plan, revision: 'r1', sectionId: 'section-1', markdown: '## Phase 1' },
  },
  inspect_answer: {
    type: 'inspect_answer',
    callId: 'look-1',
    answer: {
      ok: true,
      proposal: {
        image: { name: 'node:24-bookworm', why: 'Node as .nvmrc says' },
        commands: [{ command: 'npm ci', minutes: 10, why: 'exactly the versions of package-lock.json' }],
        variables: [{ name: 'CI', value: '1', why: 'as .devcontainer.json says' }],
        found: [{ file: 'package.json', text: 'Node' }],
        unmapped: [{ file: 'compose.yml', text: 'db is not started' }],
        dockerfiles: [{ repository: 'https://git.example.test/a.git', file: 'Dockerfile' }],
      },
    },
  },
  pulls_answer: {
    type: 'pulls_answer',
    callId: 'look-1',
    pulls: [
      { url: 'https://github.com/acme/app/pull/7', status: { state: 'open', checks: 'running' } },
      { url: 'https://github.com/acme/app/pull/8', text: 'github.com did not answer in time.' },
    ],
  },
  terminals: { type: 'terminals', runId: ids.run, place: 'ready', terminals: [liveTerminal] },
  terminal_output: { type: 'terminal_output', runId: ids.run, terminalId: ids.terminal, offset: 0, data: 'ls' },
  terminal_refused: {
    type: 'terminal_refused',
    runId: ids.run,
    device,
    ask: 'input',
    terminalId: ids.terminal,
    refusal: refused,
  },
}

const [before, after] = ['ab'.repeat(20), 'cd'.repeat(20)]
const fileOps: FileOp[] = [
  { kind: 'revert_file', path: 'a.ts', before, after },
  {
    kind: 'revert_hunks',
    path: 'b.ts',
    before,
    after,
    hunks: [{ oldStart: 1, oldLines: 3, newStart: 1, newLines: 4 }],
  },
  { kind: 'write', path: 'c.ts', after, text: 'export {}\n' },
]

const publishOrder = {
  until: 'pull_request' as const,
  message: 'Retry once\n\nTwice was wrong.',
  branch: 'drover/retry-once-3f1f0c',
  files: [{ path: 'a.ts', after }, { path: 'gone.ts' }],
  link: `https://drover.test/runs/${ids.run}`,
  pullRequest: { title: 'Retry once', body: 'Why.', base: 'main', draft: true },
}

export const deliveryBodies: ByType<DeliveryBody> = {
  prompt: {
    type: 'prompt',
    promptId: ids.prompt,
    text: 'Go on',
    by: ids.user,
    mode: 'queue',
    automatic: true,
    plans: [sentPlan],
    attachments: [attachment],
    context: 'Plans',
  },
  answer: { type: 'answer', permissionId: ids.permission, digest, answer, by: ids.user, at },
  files: { type: 'files', changeId: ids.reviewChange, by: ids.user, name: 'Mara', ops: fileOps },
  publish: {
    type: 'publish',
    publishId: ids.publish,
    by: ids.user,
    name: 'Mara',
    author: { name: 'Mara Lindqvist', email: 'mara@example.test' },
    at: 1_760_000_000_000,
    ...publishOrder,
  },
  profile: { type: 'profile', profile: { ...profileSettings, id: ids.profile }, by: ids.user },
  stop: { type: 'stop', by: ids.user, reason: { code: 'budget_exceeded', text: 'why', retryable: true } },
}

export const runnerDown: ByType<RunnerDown> = {
  welcome: {
    type: 'welcome',
    protocol: runnerProtocol,
    serverVersion: '0.1.0',
    heartbeatMs: 10_000,
    leaseMs: 60_000,
    runs: [{ runId: ids.run, ackedSeq: 3, keep: true }],
    planTools: true,
    terminals: true,
    snapshots: true,
    takesPaths: true,
  },
  assign: {
    type: 'assign',
    assignment: {
      runId: ids.run,
      turn: 1,
      title: 'A run',
      config: { ...runConfig, setupCommands: ['true'] },
      prompt: {
        promptId: ids.prompt,
        text: 'Go',
        by: ids.user,
        automatic: false,
        plans: [sentPlan],
        attachments: [attachment],
        context: 'Plans',
      },
      after: { seq: 3, entries: 1 },
      environment: { ...environmentRun, id: ids.environment, revision: 3 },
      egress: environmentSpec.egress,
      snapshot,
      conversation: [{ who: 'user', text: 'Hello', n: 1 }],
      author: { name: 'Mara Lindqvist', email: 'mara@example.test' },
      secrets: [{ name: secretName, kind: 'text', value: 'a value', own: true }],
      missingSecrets: [secretName],
      profile: { ...profileSettings, id: ids.profile },
      budget: { limitUsd: 5, spentUsd: 1.5 },
      prices: [{ model: 'a-model', inputUsd: 1, outputUsd: 2, cachedUsd: 0.1 }],
    },
  },
  ack: { type: 'ack', runId: ids.run, seq: 3 },
  resend: { type: 'resend', runId: ids.run, fromSeq: 2 },
  deliver: {
    type: 'deliver',
    deliveryId: ids.delivery,
    runId: ids.run,
    body: deliveryBodies.publish,
    secrets: [{ name: secretName, kind: 'text', value: 'a value', own: true }],
  },
  receipt_ack: { type: 'receipt_ack', deliveryId: ids.delivery },
  heartbeat_ack: { type: 'heartbeat_ack', at },
  plan_answer: {
    type: 'plan_answer',
    callId: 'call-1',
    answer: { ok: true, text: 'The plan was made.', made: { planId: ids.plan, title: 'Extract billing' } },
  },
  inspect_call: {
    type: 'inspect_call',
    callId: 'look-1',
    repositories: [{ url: 'https://git.example.test/a.git', branch: 'main', folder: 'a' }],
  },
  pulls_call: {
    type: 'pulls_call',
    callId: 'look-1',
    urls: ['https://github.com/acme/app/pull/7'],
    secrets: [{ name: secretName, kind: 'git_token', value: '{"host":"github.com","token":"a value"}' }],
  },
  terminal_watch: {
    type: 'terminal_watch',
    runId: ids.run,
    on: true,
    have: [{ terminalId: ids.terminal, offset: 3 }],
  },
  terminal_ask: {
    type: 'terminal_ask',
    runId: ids.run,
    device,
    userId: ids.user,
    name: 'Mara',
    ask: terminalAsks.input,
  },
  terminal_ack: { type: 'terminal_ack', runId: ids.run, terminalId: ids.terminal, offset: 3 },
  terminal_presence: { type: 'terminal_presence', runId: ids.run, device, here: true },
  drop: { type: 'drop', runId: ids.run },
  error: { type: 'error', refusal: refused, fatal: false },
}

/** Arguments as an earlier client may send them: a name or a field that is changed here breaks those that are still out there. */
export const mutations: { readonly [Name in MutatorName]: z.infer<Mutators[Name]['args']> } = {
  addPlanComment: {
    planId: ids.plan,
    commentId: ids.planComment,
    thread: ids.planThread,
    anchor: { start: 'AAEBAgM=', end: 'AAEBAgM=', quote: 'one package' },
    suggestion: { from: 'one package', to: 'a package' },
    text: 'Does the admin app count?',
  },
  addReviewComment: {
    runId: ids.run,
    commentId: ids.reviewComment,
    thread: ids.reviewThread,
    anchor: {
      path: 'src/a.ts',
      side: 'new',
      from: 3,
      to: 4,
      quote: 'one\ntwo',
      cut: true,
      above: ['zero'],
      below: ['three'],
      version: 'ab'.repeat(20),
    },
    text: 'Why twice?',
  },
  answerAccessRequest: { runId: ids.run, userId: ids.user, answer: 'steer' },
  answerPermission: { runId: ids.run, permissionId: ids.permission, deliveryId: ids.delivery, digest, answer },
  changeEnvironment: { environmentId: ids.environment, set: environmentSpec, clear: ['image'] },
  changePlan: { planId: ids.plan, folder: 'Billing/2026', state: 'approved', archived: true, tells: true },
  createEnvironment: { environmentId: ids.environment, spec: environmentSpec },
  publishRun: { runId: ids.run, publishId: ids.publish, deliveryId: ids.delivery, ...publishOrder },
  changeRunFiles: { runId: ids.run, changeId: ids.reviewChange, deliveryId: ids.delivery, ops: fileOps },
  changeProfile: {
    profileId: ids.profile,
    edit: {
      set: {
        name: `Renamed ${ids.profile}`,
        model: null,
        effort: 'low',
        autonomy: {
          reads: 'agent_decides',
          edits: 'always_ask',
          plans: 'never',
          commands: 'always_ask',
          mcp: 'never',
          web: 'always_ask',
          other: 'never',
        },
        terminalWrites: 'never',
        denied: 'ask',
        runToEnd: true,
        expiresAfterMinutes: 5,
      },
      add: { commandAllow: ['ls'], commandDeny: ['curl'], mcpAllow: ['a'], mcpDeny: ['b'], protectedPaths: ['*.pem'] },
      remove: { commandAllow: ['x'], commandDeny: ['y'], mcpAllow: ['c'], mcpDeny: ['d'], protectedPaths: ['z'] },
    },
  },
  createPlan: { planId: ids.plan, title: 'Extract billing', folder: 'Billing' },
  createProfile: { profileId: ids.profile, owner: 'team', settings: profileSettings },
  createRun: {
    runId: ids.run,
    promptId: ids.prompt,
    prompt: 'Count the lines',
    attachments: [attachment],
    title: 'Lines',
    source: 'WEB_APP',
    config: { ...runConfig, setupCommands: ['true'] },
    plan: {
      planId: ids.plan,
      versionId: ids.planVersion,
      scope: { kind: 'section', id: 'section-1' },
      part: 'Phase 1',
      commit: { path: 'docs/plans/billing.md', branch: 'plan/billing' },
      markdown: '# Extract billing',
    },
    planThreads: { planId: ids.plan, threads: [ids.planComment] },
  },
  deleteEnvironment: { environmentId: ids.environment },
  createSecret: {
    secretId: ids.secret,
    owner: 'team',
    name: secretName,
    kind: 'text',
    description: 'Of the platform team',
    keyId: 'key-of-the-server',
    sealed: 'v1.AAAA.AAAA',
  },
  deletePlan: { planId: ids.plan },
  deleteSecret: { secretId: ids.secret, owner: 'team' },
  describeSecret: { secretId: ids.secret, owner: 'team', description: 'Rotated in May' },
  deleteProfile: { profileId: ids.profile },
  dismissRefusal: { clientId: 'client-1', mutationId: 1 },
  editPlanComment: { planId: ids.plan, commentId: ids.planComment, text: 'Does the admin app count as outside?' },
  editPrompt: { runId: ids.run, promptId: ids.prompt, text: 'Another text', attachments: [attachment] },
  editReviewComment: { runId: ids.run, commentId: ids.reviewComment, text: 'Why three times?' },
  markNotification: { runId: ids.run, id: ids.permission, read: true, archived: false },
  markReviewed: { runId: ids.run, marks: [{ path: 'src/a.ts', mark: { file: 'ab'.repeat(20), hunks: ['2-00'] } }] },
  movePrompt: { runId: ids.run, promptId: ids.prompt, order: 1.5 },
  readNotifications: { runId: ids.run, until: at },
  removePlanComment: { planId: ids.plan, commentId: ids.planComment },
  removePrompt: { runId: ids.run, promptId: ids.prompt },
  removeReviewComment: { runId: ids.run, commentId: ids.reviewComment },
  renameRun: { runId: ids.run, title: 'Another title' },
  restoreEnvironment: { environmentId: ids.environment, revision: 1 },
  replaceSecret: { secretId: ids.secret, owner: 'team', keyId: 'key-of-the-server', sealed: 'v1.AAAA.AAAA' },
  resolvePlanThread: { planId: ids.plan, thread: ids.planComment, resolved: true },
  resolveReviewThread: { runId: ids.run, thread: ids.reviewComment, resolved: true },
  reviewPlan: {
    planId: ids.plan,
    verdict: 'changes_requested',
    note: 'Phase 3 is missing',
    versionId: ids.planVersion,
    markdown: '# Extract billing',
  },
  savePlanVersion: {
    planId: ids.plan,
    versionId: ids.planVersion,
    origin: 'restore',
    label: 'Before the review',
    restoredFrom: 1,
    markdown: '# Extract billing',
  },
  sendPlanComments: {
    runId: ids.run,
    promptId: ids.prompt,
    deliveryId: ids.delivery,
    text: 'Two comments',
    mode: 'queue',
    planId: ids.plan,
    threads: [ids.planComment],
  },
  sendPrompt: {
    runId: ids.run,
    promptId: ids.prompt,
    deliveryId: ids.delivery,
    text: 'Go on',
    mode: 'queue',
    attachments: [attachment],
  },
  sendPromptNow: { runId: ids.run, promptId: ids.prompt, deliveryId: ids.delivery },
  sendReviewComments: {
    runId: ids.run,
    promptId: ids.prompt,
    deliveryId: ids.delivery,
    text: 'Two comments',
    mode: 'queue',
    comments: [ids.reviewComment],
  },
  setGitIdentity: { name: 'mlq', email: '123+mlq@users.noreply.github.com' },
  setDefaultProfile: { of: 'person', profileId: ids.profile },
  setRunModel: { runId: ids.run, model: 'opus', effort: 'high' },
  setRunProfile: { runId: ids.run, profileId: ids.profile, deliveryId: ids.delivery },
  setBudget: { scope: { kind: 'month' }, usd: 50 },
  setHarness: { harness: ids.harness, on: true, models: ['a-model'], defaultModel: 'a-model', isDefault: true },
  setModelPrice: { model: 'a-model', price: { inputUsd: 1, outputUsd: 2, cachedUsd: 0.1 } },
  setTeam: { maxActiveRuns: 5, agentPlans: 'tidied' },
  settleSuggestion: { planId: ids.plan, thread: ids.planComment, as: 'accepted' },
  sharePlan: { planId: ids.plan, secret: 'S'.repeat(43), access: 'comment', expiresAt: at + 1000 },
  shareRun: {
    runId: ids.run,
    secret: 'S'.repeat(43),
    anyone: true,
    person: { email: 'jonas@example.test', access: 'steer' },
    remove: 'lena@example.test',
  },
  stopPlanSharing: { planId: ids.plan },
  stopRun: { runId: ids.run, deliveryId: ids.delivery },
  stopSharing: { runId: ids.run },
  tellPlanChange: {
    runId: ids.run,
    promptId: ids.prompt,
    deliveryId: ids.delivery,
    text: 'The plan has changed',
    mode: 'queue',
    versionId: ids.planVersion,
    markdown: '# Extract billing',
  },
  withdrawReview: { planId: ids.plan },
}

export const pulled: PullResponse = {
  cookie: { order: 2, epoch: 'e.1', from: 'chunk/0000001', more: 'run/' },
  lastMutationIDChanges: { 'client-1': 1 },
  patch: [{ op: 'clear' }],
}

export const patchOperations: { readonly [Op in PatchOperation['op']]: Extract<PatchOperation, { op: Op }> } = {
  put: { op: 'put', key: 'team', value: { id: 'team-1' } },
  del: { op: 'del', key: 'team' },
  clear: { op: 'clear' },
}
