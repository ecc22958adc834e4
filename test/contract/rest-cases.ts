import { attachmentPath } from '#shared/protocol/attachments.ts'
import { createECDH, createHash, randomBytes } from 'node:crypto'
import { z } from 'zod'
import { Said } from '#shared/domain/conversation.ts'
import { defaultPushSettings } from '#shared/domain/push.ts'
import { EgressPolicy } from '#shared/domain/environment-egress.ts'
import {
  EnvironmentDockerfile,
  PullPolicy,
  EnvironmentRepository,
  ResourceLimits,
  SetupCommand,
  Variable,
} from '#shared/domain/environment.ts'
import { NewPersonalKey, PersonalKey } from '#shared/domain/personal-key.ts'
import { RunState } from '#shared/domain/run.ts'
import { Secret } from '#shared/domain/secret.ts'
import { Snapshot } from '#shared/domain/snapshot.ts'
import { Role } from '#shared/domain/team.ts'
import { ArtifactItem } from '#shared/domain/artifact-item.ts'
import { TranscriptEntry } from '#shared/domain/transcript.ts'
import { EnvironmentId, PlanId, RunId, SecretId, TeamId, UserId } from '#shared/ids.ts'
import { Refusal } from '#shared/refusal.ts'
import { guestTokenHeader, SharedPlanView } from '#shared/protocol/shared-plan.ts'
import { SharedPage, SharedView } from '#shared/protocol/shared-run.ts'
import { PushState, PushTestResult, type NewPushSubscription } from '#shared/protocol/push.ts'
import { browserProtocol } from '#shared/protocol/browser-socket.ts'
import { droverVersion } from '#shared/version.ts'
import { writeSyncRequest } from '#sync/core/plan/sync-message.ts'
import { newId, type Person, type World } from '../world.ts'
import { pngOf } from '../pictures.ts'
import { newRun, openPusher, openStranger } from './people.ts'
import * as samples from './samples.ts'

/** One route: who may use it, a request that succeeds or is refused in its own way, and what it then answers. */
export type RestCase = {
  /** `open`: without a session. `key`: with an agent key. Everything else needs a session. */
  readonly access?: 'open' | 'key'
  /** Whose request it is; the owner's unless told otherwise. */
  readonly as?: (stage: Stage) => Promise<Person>
  readonly path?: (stage: Stage, me: Person) => string | Promise<string>
  readonly body?: (stage: Stage, me: Person) => object | Promise<object>
  readonly headers?: Readonly<Record<string, string>>
  /** Fields of the body that may be left out. */
  readonly optional?: readonly string[]
  /** Sent by the browser itself, on behalf of no page: it changes nothing, and every answer leads on to a page. */
  readonly leadsOn?: true
  /** Where the body is not JSON. */
  readonly raw?: Uint8Array
  readonly status: number
  /** Everything in the answer; `undefined` where it is no JSON. */
  readonly answer: z.ZodType | undefined
  /** The most bytes that are read. */
  readonly bound?: number
  /** Requests of one address in a row before it must wait. */
  readonly limit?: number
  /** The same about something of another team or person, and about nothing. Both must be answered alike. */
  readonly foreign?: (stage: Stage) => Promise<readonly [foreign: Ask, unknown: Ask]>
}
type Ask = { readonly path: string; readonly body?: object }

/** What the requests are about. */
export type Stage = {
  readonly world: World
  readonly mara: Person
  readonly stranger: Person & { readonly key: string }
  readonly runId: RunId
  readonly strangersRun: RunId
  readonly strangersBlob: string
  /** Of the owner's run, which the stranger may steer. */
  readonly secret: string
  /** Of a plan of the owner's, on which the stranger may comment. */
  readonly sharedPlan: { readonly planId: string; readonly secret: string }
  someone(): Promise<Person>
}

export async function setStage(world: World): Promise<Stage> {
  const mara = await world.owner()
  const stranger = await openStranger(world)
  const [mine, theirs] = [newRun(), newRun()]
  await openPusher(mara).push(['createRun', mine])
  await openPusher(stranger).push(['createRun', theirs])
  const { email } = z
    .object({ user: z.object({ email: z.string() }) })
    .parse(await (await stranger.fetch('/api/v1/me')).json()).user
  const link = randomBytes(32).toString('base64url')
  const sharing = { runId: mine.runId, secret: link, anyone: true, person: { email, access: 'steer' } }
  await openPusher(mara).push(['shareRun', sharing])
  const sharedPlan = { planId: await planOf(mara), secret: randomBytes(32).toString('base64url') }
  await openPusher(mara).push(['sharePlan', { ...sharedPlan, access: 'comment' }])
  const strangersBlob = hashOf(secret)
  await fetch(`${world.url}/api/runner/blobs/${strangersBlob}`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${stranger.key}` },
    body: secret,
  })
  return {
    world,
    mara,
    stranger,
    runId: mine.runId,
    strangersRun: theirs.runId,
    strangersBlob,
    secret: link,
    sharedPlan,
    someone: () => world.invite(mara, 'member'),
  }
}

const secret = 'the stranger’s own'
const output = new TextEncoder().encode('A long output')
const note = new TextEncoder().encode('A note that goes with a message')
const attached = new TextEncoder().encode('A file that a runner fetches')
const carried = new TextEncoder().encode('A part of a snapshot')
const picture = pngOf({ width: 2, height: 1 })
const otherPicture = pngOf({ width: 1, height: 2 })
const strangersPicture = pngOf({ width: 2, height: 2 })
const hashOf = (content: string | Uint8Array): string => createHash('sha256').update(content).digest('hex')

export const problem = z.strictObject({
  error: z.string().min(5),
  refusal: Refusal,
  retryAfterSeconds: z.number().int().positive().optional(),
})
const nothing = z.strictObject({})
const at = z.number().int()
const optionsOfPasskeys = z.looseObject({ challenge: z.string().min(20) })
const invitation = z.strictObject({
  id: z.string(),
  role: Role,
  invitedBy: z.string(),
  createdAt: at,
  expiresAt: at,
  url: z.url(),
})
const runnerKey = z.strictObject({
  id: z.string(),
  name: z.string(),
  start: z.string(),
  createdAt: at,
  createdBy: z.string().optional(),
  lastUsedAt: at.optional(),
})
const signedOut = z.strictObject({ devicesSignedOut: z.number().int() })
const signIn = { id: 'AAAA', rawId: 'AAAA', type: 'public-key' }
const authentication = {
  response: { ...signIn, response: { clientDataJSON: 'AAAA', authenticatorData: 'AAAA', signature: 'AAAA' } },
}
const registration = { ...signIn, response: { clientDataJSON: 'AAAA', attestationObject: 'AAAA' } }
const password = 'blue tractor sings'
const small = 64 * 1024
const guestBytes = 512 * 1024

/** The texts of an answer. */
const Texts = z.record(z.string(), z.unknown().transform(String))
const json = async (answered: Promise<Response>): Promise<Record<string, string>> =>
  Texts.parse(await (await answered).json())
const post = (person: Person, path: string, body: object = {}): Promise<Record<string, string>> =>
  json(
    person.fetch(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }),
  )
const tokenOf = (url: unknown): string => new URL(String(url)).hash.replace(/^#(?:token|reset)=/, '')
const inviteTo = async ({ mara }: Stage): Promise<string> =>
  tokenOf((await post(mara, `/api/v1/teams/${mara.teamId}/invitations`, { role: 'viewer' }))['url'])
const joining = async (stage: Stage) => ({
  kind: 'invite',
  token: await inviteTo(stage),
  name: 'Somebody New',
  email: `${newId()}@example.test`,
})
const pairing = async (stage: Stage): Promise<object> => ({
  token: tokenOf((await post(stage.mara, '/api/v1/pairing'))['url']),
})

const ofTeam = (rest: string) => async (stage: Stage) =>
  [{ path: `/api/v1/teams/${stage.stranger.teamId}${rest}` }, { path: `/api/v1/teams/unknown${rest}` }] as const
/** An id that belongs to the stranger, where the path has `*`. */
const withId = (path: (stage: Stage) => string, id: (stage: Stage) => Promise<unknown>) => async (stage: Stage) =>
  [{ path: path(stage).replace('*', String(await id(stage))) }, { path: path(stage).replace('*', 'unknown') }] as const
const handoff = () => ({
  runId: newId(),
  promptId: newId(),
  prompt: 'Go on.',
  title: 'A run',
  config: { harness: 'runbook', sandbox: 'direct' },
  // Nothing changed.
  snapshot: { ...samples.snapshot, repositories: [], files: [], session: undefined, patch: { pieces: [], bytes: 0 } },
  conversation: [{ who: 'user', text: 'Hello' }],
})
const handedOff = async (person: Person): Promise<string> =>
  String((await post(person, '/api/v1/handoff', handoff()))['runId'])
const ofRun = (rest: string) => async (stage: Stage) =>
  [{ path: `/api/v1/runs/${stage.strangersRun}/${rest}` }, { path: `/api/v1/runs/${newId()}/${rest}` }] as const
const planOf = async (person: Person): Promise<string> =>
  String((await post(person, '/api/v1/plans', { markdown: 'Some words.' }))['id'])
const ofPlan = (rest: string) => async (stage: Stage) =>
  [
    { path: `/api/v1/plans/${await planOf(stage.stranger)}${rest}` },
    { path: `/api/v1/plans/${newId()}${rest}` },
  ] as const
const environmentOf = async (person: Person): Promise<string> =>
  String((await post(person, '/api/v1/environments', { name: 'Billing' }))['uid'])
const ofEnvironment = (body?: object) => async (stage: Stage) => {
  const given = body === undefined ? {} : { body }
  return [
    { path: `/api/v1/environments/${await environmentOf(stage.stranger)}`, ...given },
    { path: `/api/v1/environments/${newId()}`, ...given },
  ] as const
}
const environmentBody = {
  name: 'Billing',
  description: 'The service',
  docker_image: 'node:24',
  image_pull_policy: 'IfNotPresent',
  repositories: [{ url: 'https://git.example.test/a.git', branch: 'main', folder: 'a', baseBranch: 'next' }],
  branch_pattern: '{person}/{title}-{id}',
  setup_commands: ['npm ci', { command: 'npm run build', minutes: 10 }],
  variables: [{ name: 'CI', value: '1' }],
  secrets: [{ name: 'NPM_TOKEN' }],
  egress: { kind: 'hosts', hosts: ['registry.npmjs.org'] },
  resources: { memoryMb: 2048 },
  sandbox: 'docker',
}
const environmentFields = Object.keys(environmentBody)
const environmentShown = z.strictObject({
  uid: EnvironmentId,
  config: z.strictObject({
    name: z.string(),
    description: z.string().nullable(),
    docker_image: z.string().optional(),
    dockerfile: EnvironmentDockerfile.optional(),
    image_pull_policy: PullPolicy.optional(),
    repositories: z.array(EnvironmentRepository),
    branch_pattern: z.string().optional(),
    setup_commands: z.array(SetupCommand),
    variables: z.array(Variable),
    secrets: z.array(z.strictObject({ name: z.string() })).optional(),
    egress: EgressPolicy.optional(),
    resources: ResourceLimits.optional(),
    sandbox: z.string().optional(),
  }),
  revision: z.number(),
  last_updated: z.iso.datetime(),
  creator: UserId,
  last_editor: UserId,
  setup_failed: z.boolean(),
  last_task_run_timestamp: z.iso.datetime().nullable(),
})
const team = (rest: string) => (stage: Stage) => `/api/v1/teams/${stage.mara.teamId}${rest}`

const shared = (rest: string) => (stage: Stage) => `/api/v1/shared/${stage.runId}/${stage.secret}${rest}`
/** A link is right or it opens nothing: whose run it names can't be told. */
const ofShared = (rest: string, body?: () => object) => async (stage: Stage) => {
  const wrong = randomBytes(32).toString('base64url')
  const given = body === undefined ? {} : { body: body() }
  return [
    { path: `/api/v1/shared/${stage.runId}/${wrong}${rest}`, ...given },
    { path: `/api/v1/shared/${newId()}/${wrong}${rest}`, ...given },
  ] as const
}
const sharedPlan = (rest: string) => (stage: Stage) =>
  `/api/v1/shared-plan/${stage.sharedPlan.planId}/${stage.sharedPlan.secret}${rest}`
const ofSharedPlan = (rest: string, body?: () => object) => async (stage: Stage) => {
  const wrong = randomBytes(32).toString('base64url')
  const given = body === undefined ? {} : { body: body() }
  return [
    { path: `/api/v1/shared-plan/${stage.sharedPlan.planId}/${wrong}${rest}`, ...given },
    { path: `/api/v1/shared-plan/${newId()}/${wrong}${rest}`, ...given },
  ] as const
}
const asGuest = { [guestTokenHeader]: 'G'.repeat(43) }
const guestsComment = () => ({ id: newId(), name: 'Ada', text: 'From a guest', about: { quote: 'words', nth: 0 } })
const guestsPrompt = () => ({
  intentId: newId(),
  promptId: newId(),
  deliveryId: newId(),
  text: 'From a guest',
  mode: 'queue',
})
const guestsAnswer = () => ({
  intentId: newId(),
  permissionId: newId(),
  deliveryId: newId(),
  digest: 'a'.repeat(64),
  answer: { kind: 'deny' },
})
const guestsStop = () => ({ intentId: newId(), deliveryId: newId() })

async function strangersPasskey({ world, stranger }: Stage): Promise<string> {
  const id = newId()
  await world.database.query(
    `insert into passkey (id, name, public_key, user_id, credential_id, counter, device_type, backed_up)
     values ($1, 'Theirs', 'x', $2, $1, 0, 'singleDevice', false)`,
    [id, stranger.userId],
  )
  return id
}
const strangersDevice = async ({ stranger }: Stage): Promise<unknown> =>
  (await json(stranger.fetch('/api/v1/me')))['sessionId']
/** A browser at a push service that no push reaches. */
const newSubscription = (): NewPushSubscription => ({
  endpoint: `https://127.0.0.1:9/${newId()}`,
  keys: { p256dh: createECDH('prime256v1').generateKeys('base64url'), auth: randomBytes(16).toString('base64url') },
  settings: defaultPushSettings,
})
const subscribed = async (me: Person): Promise<string | undefined> =>
  (
    await json(
      me.fetch('/api/v1/push/subscription', {
        method: 'PUT',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(newSubscription()),
      }),
    )
  )['id']
const strangersSubscription = ({ stranger }: Stage): Promise<string | undefined> => subscribed(stranger)
async function newSecret(by: Person) {
  const { id } = await json(by.fetch('/api/v1/secrets/key'))
  const name = `TOKEN_${newId().replaceAll('-', '')}`
  return { secretId: newId(), owner: 'team', name, kind: 'text', description: 'One', keyId: id, sealed: 'v1.AA.AA' }
}
const foreignSecrets = async ({ stranger }: Stage): Promise<readonly [Ask, Ask]> => {
  const made = await post(stranger, '/api/v1/secrets', await newSecret(stranger))
  return [{ path: `/api/v1/secrets/${made['id']}` }, { path: `/api/v1/secrets/${newId()}` }]
}
const someones = async (stage: Stage): Promise<string> => (await stage.someone()).userId

/** Every route that the server has, by the name that it has there. */
export const restCases: Readonly<Record<string, RestCase>> = {
  'GET /health': {
    access: 'open',
    status: 200,
    answer: z.strictObject({
      status: z.literal('ok'),
      version: z.literal(droverVersion),
      protocol: z.literal(browserProtocol),
    }),
  },
  'POST /share': {
    access: 'open',
    leadsOn: true,
    status: 303,
    answer: undefined,
  },
  'PUT /api/runner/blobs/:hash': {
    access: 'key',
    path: () => `/api/runner/blobs/${hashOf(output)}`,
    raw: output,
    status: 201,
    answer: nothing,
    bound: 64 * 1024 * 1024,
  },
  'GET /api/runner/blobs/:hash': {
    access: 'key',
    path: async (stage) => {
      await stage.mara.fetch(attachmentPath(stage.mara.teamId, hashOf(attached)), { method: 'PUT', body: attached })
      return `/api/runner/blobs/${hashOf(attached)}`
    },
    status: 200,
    answer: undefined,
    foreign: async ({ strangersBlob }) => [
      { path: `/api/runner/blobs/${strangersBlob}` },
      { path: `/api/runner/blobs/${'0'.repeat(64)}` },
    ],
  },
  'POST /api/sync/push': {
    path: ({ mara }) => `/api/sync/push?space=team/${mara.teamId}`,
    body: () => ({ ...samples.push, clientGroupID: newId(), mutations: [] }),
    status: 200,
    answer: nothing,
    bound: 12 * 1024 * 1024,
    foreign: async ({ stranger }) => {
      const body = { ...samples.push, clientGroupID: newId(), mutations: [] }
      return [
        { path: `/api/sync/push?space=team/${stranger.teamId}`, body },
        { path: '/api/sync/push?space=team/unknown', body },
      ]
    },
  },
  'POST /api/sync/pull': {
    path: ({ mara }) => `/api/sync/pull?space=team/${mara.teamId}`,
    body: () => ({ ...samples.pull, clientGroupID: newId(), cookie: null }),
    status: 200,
    optional: ['older'],
    answer: z.looseObject({ cookie: z.object({ order: at }), patch: z.array(z.unknown()) }),
    bound: 12 * 1024 * 1024,
    foreign: async ({ strangersRun }) => {
      const body = { ...samples.pull, clientGroupID: newId(), cookie: null }
      return [
        { path: `/api/sync/pull?space=run/${strangersRun}`, body },
        { path: `/api/sync/pull?space=run/${newId()}`, body },
      ]
    },
  },

  'GET /api/v1/auth/state': {
    access: 'open',
    status: 200,
    answer: z.strictObject({ firstStart: z.literal(false), passkeys: z.boolean(), server: z.string() }),
  },
  'POST /api/v1/auth/sign-in': {
    access: 'open',
    body: () => ({ email: 'mara@example.test', password }),
    status: 200,
    answer: nothing,
    limit: 5,
  },
  'POST /api/v1/auth/passkey/options': { access: 'open', status: 200, answer: optionsOfPasskeys, limit: 60 },
  'POST /api/v1/auth/passkey/verify': {
    access: 'open',
    body: () => authentication,
    status: 401,
    answer: problem,
    limit: 60,
  },
  'POST /api/v1/auth/sign-out': { access: 'open', as: (stage) => stage.someone(), status: 200, answer: nothing },
  'POST /api/v1/auth/links/look': {
    access: 'open',
    body: async (stage) => ({ kind: 'invite', token: await inviteTo(stage) }),
    status: 200,
    answer: z.strictObject({
      kind: z.literal('invite'),
      expiresAt: at,
      offer: z.strictObject({ teamName: z.string(), role: Role, invitedBy: z.string() }),
    }),
    limit: 60,
  },
  'POST /api/v1/auth/links/password': {
    access: 'open',
    body: async (stage) => ({ step: await joining(stage), password }),
    status: 201,
    answer: nothing,
    limit: 60,
  },
  'POST /api/v1/auth/links/passkey/options': {
    access: 'open',
    body: async (stage) => ({ step: await joining(stage) }),
    status: 200,
    answer: optionsOfPasskeys,
    limit: 60,
  },
  'POST /api/v1/auth/links/passkey/verify': {
    access: 'open',
    body: async (stage) => ({ step: await joining(stage), response: registration }),
    status: 400,
    answer: problem,
    limit: 60,
  },
  'POST /api/v1/pairing/look': {
    access: 'open',
    body: pairing,
    status: 200,
    answer: z.strictObject({ name: z.string(), email: z.string(), server: z.string(), expiresAt: at }),
    limit: 60,
  },
  'POST /api/v1/pairing/accept': { access: 'open', body: pairing, status: 201, answer: nothing, limit: 60 },
  'POST /api/v1/pairing': {
    status: 201,
    answer: z.strictObject({
      id: z.string(),
      url: z.url(),
      expiresAt: at,
      endsInMs: z.number().positive(),
      reachable: z.literal(false),
    }),
  },
  'GET /api/v1/pairing/:id': {
    path: async ({ mara }) => `/api/v1/pairing/${(await post(mara, '/api/v1/pairing'))['id']}`,
    status: 200,
    answer: z.strictObject({ state: z.literal('open') }),
    foreign: withId(
      () => '/api/v1/pairing/*',
      async ({ stranger }) => (await post(stranger, '/api/v1/pairing'))['id'],
    ),
  },

  'GET /api/v1/me': {
    status: 200,
    answer: z.strictObject({
      user: z.strictObject({ id: UserId, name: z.string(), email: z.string() }),
      team: z.strictObject({ id: TeamId, name: z.string() }),
      role: Role,
      teams: z.array(z.strictObject({ id: TeamId, name: z.string(), role: Role })),
      sessionId: z.string(),
      signedInAt: at,
    }),
  },
  'PATCH /api/v1/me': {
    as: (stage) => stage.someone(),
    body: () => ({ name: 'Another Name', email: `${newId()}@example.test` }),
    optional: ['name', 'email'],
    status: 200,
    answer: z.strictObject({ user: z.strictObject({ id: UserId, name: z.string(), email: z.string() }) }),
  },
  'POST /api/v1/me/team': {
    body: ({ mara }) => ({ teamId: mara.teamId }),
    status: 200,
    answer: nothing,
    foreign: async ({ stranger }) => [
      { path: '/api/v1/me/team', body: { teamId: stranger.teamId } },
      { path: '/api/v1/me/team', body: { teamId: 'unknown' } },
    ],
  },
  'POST /api/v1/me/password': {
    as: (stage) => stage.someone(),
    body: () => ({ currentPassword: password, newPassword: 'green boat hums along', signOutOthers: true }),
    optional: ['currentPassword', 'signOutOthers'],
    status: 200,
    answer: signedOut,
  },
  'GET /api/v1/me/ways-in': {
    status: 200,
    answer: z.strictObject({
      password: z.boolean(),
      passkeys: z.array(z.unknown()),
      passkeysWork: z.boolean(),
      fresh: z.boolean(),
    }),
  },
  'POST /api/v1/me/passkeys/options': { status: 200, answer: optionsOfPasskeys },
  'POST /api/v1/me/passkeys': { body: () => ({ response: registration }), status: 400, answer: problem },
  'PATCH /api/v1/me/passkeys/:id': {
    path: () => '/api/v1/me/passkeys/unknown',
    body: () => ({ name: 'Phone' }),
    status: 404,
    answer: problem,
    foreign: async (stage) => {
      const body = { name: 'Mine' }
      return [
        { path: `/api/v1/me/passkeys/${await strangersPasskey(stage)}`, body },
        { path: '/api/v1/me/passkeys/unknown', body },
      ]
    },
  },
  'DELETE /api/v1/me/passkeys/:id': {
    path: () => '/api/v1/me/passkeys/unknown',
    status: 404,
    answer: problem,
    foreign: withId(() => '/api/v1/me/passkeys/*', strangersPasskey),
  },

  'POST /api/v1/teams': {
    as: (stage) => stage.someone(),
    body: () => ({ name: 'Another team' }),
    status: 201,
    answer: z.strictObject({ id: TeamId, name: z.string() }),
  },
  'PATCH /api/v1/teams/:teamId': {
    path: team(''),
    body: () => ({ name: 'Renamed' }),
    status: 200,
    answer: nothing,
    foreign: ofTeam(''),
  },
  'GET /api/v1/teams/:teamId/members': {
    path: team('/members'),
    status: 200,
    answer: z.strictObject({
      members: z.array(
        z.strictObject({
          userId: UserId,
          name: z.string(),
          email: z.string(),
          role: Role,
          hue: z.number(),
          joinedAt: at,
        }),
      ),
    }),
    foreign: ofTeam('/members'),
  },
  'PATCH /api/v1/teams/:teamId/members/:userId': {
    path: async (stage) => team(`/members/${await someones(stage)}`)(stage),
    body: () => ({ role: 'admin' }),
    status: 200,
    answer: nothing,
    foreign: async (stage) => {
      const body = { role: 'viewer' }
      return [
        { path: team(`/members/${stage.stranger.userId}`)(stage), body },
        { path: team('/members/unknown')(stage), body },
      ]
    },
  },
  'DELETE /api/v1/teams/:teamId/members/:userId': {
    path: async (stage) => team(`/members/${await someones(stage)}`)(stage),
    status: 200,
    answer: nothing,
    foreign: withId(team('/members/*'), async ({ stranger }) => stranger.userId),
  },
  'GET /api/v1/teams/:teamId/invitations': {
    path: team('/invitations'),
    status: 200,
    answer: z.strictObject({ invitations: z.array(invitation) }),
    foreign: ofTeam('/invitations'),
  },
  'POST /api/v1/teams/:teamId/invitations': {
    path: team('/invitations'),
    body: () => ({ role: 'viewer' }),
    status: 201,
    answer: invitation,
    foreign: ofTeam('/invitations'),
  },
  'DELETE /api/v1/teams/:teamId/invitations/:id': {
    path: async (stage) =>
      team(`/invitations/${(await post(stage.mara, team('/invitations')(stage), { role: 'viewer' }))['id']}`)(stage),
    status: 200,
    answer: nothing,
    foreign: withId(
      team('/invitations/*'),
      async ({ stranger }) =>
        (await post(stranger, `/api/v1/teams/${stranger.teamId}/invitations`, { role: 'viewer' }))['id'],
    ),
  },
  'POST /api/v1/invitations/accept': {
    as: async (stage) => openStranger(stage.world),
    body: async (stage) => ({ token: await inviteTo(stage) }),
    status: 200,
    answer: z.strictObject({ teamId: TeamId }),
  },
  'GET /api/v1/devices': {
    status: 200,
    answer: z.strictObject({
      devices: z.array(
        z.looseObject({ id: z.string(), name: z.string(), current: z.boolean(), signedInAt: at, lastSeenAt: at }),
      ),
    }),
  },
  'DELETE /api/v1/devices/:id': {
    as: (stage) => stage.someone(),
    path: async (_stage, me) => `/api/v1/devices/${(await json(me.fetch('/api/v1/me')))['sessionId']}`,
    status: 200,
    answer: nothing,
    foreign: withId(() => '/api/v1/devices/*', strangersDevice),
  },
  'POST /api/v1/devices/revoke-others': { as: (stage) => stage.someone(), status: 200, answer: signedOut },
  'GET /api/v1/me/keys': { status: 200, answer: z.strictObject({ keys: z.array(PersonalKey.strict()) }) },
  'POST /api/v1/me/keys': {
    body: () => ({ name: 'A script', days: 30 }),
    optional: ['days'],
    status: 201,
    answer: NewPersonalKey.strict(),
  },
  'DELETE /api/v1/me/keys/:id': {
    path: async ({ mara }) => `/api/v1/me/keys/${(await post(mara, '/api/v1/me/keys', { name: 'short-lived' }))['id']}`,
    status: 200,
    answer: nothing,
    foreign: withId(
      () => '/api/v1/me/keys/*',
      async ({ stranger }) => (await post(stranger, '/api/v1/me/keys', { name: 'theirs' }))['id'],
    ),
  },
  'GET /api/v1/push': { status: 200, answer: PushState.strict() },
  'PUT /api/v1/push/subscription': {
    body: () => newSubscription(),
    status: 201,
    answer: z.strictObject({ id: z.string() }),
  },
  'PATCH /api/v1/push/subscription/:id': {
    path: async (_stage, me) => `/api/v1/push/subscription/${await subscribed(me)}`,
    body: () => ({ settings: defaultPushSettings }),
    status: 200,
    answer: nothing,
    foreign: async (stage) => {
      const body = { settings: defaultPushSettings }
      const [theirs, none] = await withId(() => '/api/v1/push/subscription/*', strangersSubscription)(stage)
      return [
        { ...theirs, body },
        { ...none, body },
      ]
    },
  },
  'DELETE /api/v1/push/subscription/:id': {
    path: async (_stage, me) => `/api/v1/push/subscription/${await subscribed(me)}`,
    status: 200,
    answer: nothing,
    foreign: withId(() => '/api/v1/push/subscription/*', strangersSubscription),
  },
  'POST /api/v1/push/subscription/:id/test': {
    path: async (_stage, me) => `/api/v1/push/subscription/${await subscribed(me)}/test`,
    status: 200,
    answer: PushTestResult.strict(),
    foreign: withId(() => '/api/v1/push/subscription/*/test', strangersSubscription),
  },
  'POST /api/v1/push/answer': {
    access: 'open',
    body: () => ({ token: 'x'.repeat(43), answer: 'deny' }),
    status: 404,
    answer: problem,
    limit: 60,
  },
  'GET /api/v1/teams/:teamId/runner-keys': {
    path: team('/runner-keys'),
    status: 200,
    answer: z.strictObject({ keys: z.array(runnerKey) }),
    foreign: ofTeam('/runner-keys'),
  },
  'POST /api/v1/teams/:teamId/runner-keys': {
    path: team('/runner-keys'),
    body: () => ({ name: 'devbox' }),
    status: 201,
    answer: runnerKey.extend({ key: z.string().regex(/^drv_/) }),
    foreign: ofTeam('/runner-keys'),
  },
  'DELETE /api/v1/teams/:teamId/runner-keys/:id': {
    path: async (stage) =>
      team(`/runner-keys/${(await post(stage.mara, team('/runner-keys')(stage), { name: 'short-lived' }))['id']}`)(
        stage,
      ),
    status: 200,
    answer: nothing,
    foreign: withId(
      team('/runner-keys/*'),
      async ({ stranger }) =>
        (await post(stranger, `/api/v1/teams/${stranger.teamId}/runner-keys`, { name: 'theirs' }))['id'],
    ),
  },

  'GET /api/v1/runs/:runId/transcript': {
    path: ({ runId }) => `/api/v1/runs/${runId}/transcript?before=10`,
    status: 200,
    answer: z.strictObject({ entries: z.array(TranscriptEntry) }),
    foreign: ofRun('transcript'),
  },
  'GET /api/v1/runs/:runId/entries/:n/output': {
    path: ({ runId }) => `/api/v1/runs/${runId}/entries/1/output`,
    status: 404,
    answer: problem,
    foreign: ofRun('entries/1/output'),
  },
  'GET /api/v1/runs/:runId/artifacts': {
    path: ({ runId }) => `/api/v1/runs/${runId}/artifacts`,
    status: 200,
    answer: z.strictObject({ artifacts: z.array(ArtifactItem) }),
    foreign: ofRun('artifacts'),
  },
  // It has opened none.
  'POST /api/v1/runs/:runId/pull_requests/refresh': {
    path: ({ runId }) => `/api/v1/runs/${runId}/pull_requests/refresh`,
    status: 200,
    answer: z.strictObject({ looked: z.number(), problems: z.array(z.string()) }),
    foreign: ofRun('pull_requests/refresh'),
  },
  'GET /api/v1/runs/:runId/transitions': {
    path: ({ runId }) => `/api/v1/runs/${runId}/transitions`,
    status: 200,
    answer: z.strictObject({
      transitions: z.array(
        z.strictObject({
          event: z.string(),
          from: z.string().nullable(),
          to: z.string(),
          reason: z.unknown().optional(),
          userId: UserId.nullable(),
          at,
        }),
      ),
    }),
    foreign: ofRun('transitions'),
  },
  'GET /api/v1/runs/:runId/handoff': {
    path: async ({ mara }) => `/api/v1/runs/${await handedOff(mara)}/handoff`,
    status: 200,
    answer: z.strictObject({
      run: z.strictObject({ id: RunId, title: z.string(), state: RunState, turn: z.number() }),
      conversation: z.array(Said),
      snapshot: Snapshot.optional(),
    }),
    foreign: ofRun('handoff'),
  },
  'GET /api/v1/runs/:runId/snapshot.patch': {
    path: async ({ mara }) => `/api/v1/runs/${await handedOff(mara)}/snapshot.patch`,
    status: 200,
    answer: undefined,
    foreign: ofRun('snapshot.patch'),
  },
  'POST /api/v1/handoff': {
    body: () => handoff(),
    optional: ['title', 'snapshot', 'conversation'],
    status: 201,
    answer: z.strictObject({ runId: RunId }),
    bound: 4 * 1024 * 1024,
  },
  'PUT /api/v1/blobs/:hash': {
    path: () => `/api/v1/blobs/${hashOf(carried)}`,
    raw: carried,
    status: 201,
    answer: nothing,
    bound: 8 * 1024 * 1024,
  },
  'GET /api/v1/blobs/:hash': {
    path: async ({ world }) => {
      await fetch(`${world.url}/api/runner/blobs/${hashOf(output)}`, {
        method: 'PUT',
        headers: { authorization: `Bearer ${await world.runnerKey()}` },
        body: output,
      })
      return `/api/v1/blobs/${hashOf(output)}`
    },
    status: 200,
    answer: undefined,
    foreign: async ({ strangersBlob }) => [
      { path: `/api/v1/blobs/${strangersBlob}` },
      { path: `/api/v1/blobs/${'0'.repeat(64)}` },
    ],
  },
  'PUT /api/v1/teams/:teamId/images/:hash': {
    path: team(`/images/${hashOf(picture)}`),
    raw: picture,
    status: 201,
    answer: nothing,
    bound: 10 * 1024 * 1024,
    foreign: async ({ stranger }) => [
      { path: `/api/v1/teams/${stranger.teamId}/images/${hashOf(picture)}` },
      { path: `/api/v1/teams/unknown/images/${hashOf(picture)}` },
    ],
  },
  'PUT /api/v1/teams/:teamId/attachments/:hash': {
    path: team(`/attachments/${hashOf(note)}`),
    raw: note,
    status: 201,
    answer: nothing,
    bound: 10 * 1024 * 1024,
    foreign: async ({ stranger }) => [
      { path: `/api/v1/teams/${stranger.teamId}/attachments/${hashOf(note)}` },
      { path: `/api/v1/teams/unknown/attachments/${hashOf(note)}` },
    ],
  },
  'GET /api/v1/teams/:teamId/images/:hash': {
    path: async (stage) => {
      const path = `/api/v1/teams/${stage.mara.teamId}/images/${hashOf(otherPicture)}`
      await stage.mara.fetch(path, { method: 'PUT', body: otherPicture })
      return path
    },
    status: 200,
    answer: undefined,
    foreign: async ({ mara, stranger }) => {
      const theirs = `/api/v1/teams/${stranger.teamId}/images/${hashOf(strangersPicture)}`
      await stranger.fetch(theirs, { method: 'PUT', body: strangersPicture })
      const mine = (hash: string) => ({ path: `/api/v1/teams/${mara.teamId}/images/${hash}` })
      return [mine(hashOf(strangersPicture)), mine('0'.repeat(64))]
    },
  },
  'GET /api/v1/secrets': { status: 200, answer: z.strictObject({ secrets: z.array(Secret.strict()) }) },
  'GET /api/v1/secrets/key': { status: 200, answer: z.strictObject({ id: z.string(), publicKey: z.string() }) },
  'POST /api/v1/secrets': {
    body: (_stage, me) => newSecret(me),
    optional: ['description'],
    status: 201,
    answer: z.strictObject({ id: SecretId }),
    bound: 320 * 1024,
  },
  'PATCH /api/v1/secrets/:secretId': {
    path: async (_stage, me) => `/api/v1/secrets/${(await post(me, '/api/v1/secrets', await newSecret(me)))['id']}`,
    body: () => ({ owner: 'team', description: 'Rotated in May' }),
    optional: ['owner', 'description'],
    bound: 320 * 1024,
    status: 200,
    answer: nothing,
    foreign: async (stage) => {
      const body = { description: 'Mine' }
      const [theirs, none] = await foreignSecrets(stage)
      return [
        { ...theirs, body },
        { ...none, body },
      ]
    },
  },
  'DELETE /api/v1/secrets/:secretId': {
    path: async (_stage, me) => `/api/v1/secrets/${(await post(me, '/api/v1/secrets', await newSecret(me)))['id']}`,
    bound: 320 * 1024,
    status: 200,
    answer: nothing,
    foreign: foreignSecrets,
  },
  'GET /api/v1/harnesses': {
    status: 200,
    answer: z.strictObject({
      harnesses: z.array(
        z.strictObject({
          id: z.string(),
          name: z.string(),
          enabled: z.boolean(),
          is_default: z.boolean(),
          models: z.array(z.string()).nullable(),
          default_model: z.string().nullable(),
          machines: z.array(z.looseObject({ host: z.string(), connected: z.boolean() })),
        }),
      ),
    }),
  },
  'PATCH /api/v1/harnesses/:harness': {
    path: () => '/api/v1/harnesses/codex',
    body: () => ({ enabled: true, is_default: false, models: ['gpt-5'], default_model: 'gpt-5' }),
    optional: ['enabled', 'is_default', 'models', 'default_model'],
    status: 200,
    answer: nothing,
  },
  'GET /api/v1/usage': {
    path: () => '/api/v1/usage?from=2026-11-01&to=2026-11-30&group=day,model',
    status: 200,
    answer: z.strictObject({
      from: z.string(),
      to: z.string(),
      group: z.array(z.string()),
      lines: z.array(z.looseObject({ costUsd: z.number() })),
    }),
  },
  'POST /api/v1/plans': {
    body: () => ({ title: 'Move to the new queue', folder: 'work', markdown: 'First words.' }),
    optional: ['title', 'folder'],
    status: 201,
    answer: z.strictObject({ id: PlanId }),
    bound: 4 * 1024 * 1024,
  },
  'POST /api/v1/plans/:planId/sync': {
    path: async ({ mara }) => `/api/v1/plans/${await planOf(mara)}/sync`,
    raw: writeSyncRequest({ stateVector: Uint8Array.of(0), updates: [] }),
    status: 200,
    answer: undefined,
    bound: 1_088 * 1024,
    foreign: ofPlan('/sync'),
  },
  'GET /api/v1/plans/:planId/versions/:versionId': {
    path: async ({ mara }) => {
      const [planId, versionId] = [await planOf(mara), newId()]
      const kept = { planId, versionId, origin: 'named', label: 'First', markdown: '# Words' }
      await openPusher(mara).push(['savePlanVersion', kept])
      return `/api/v1/plans/${planId}/versions/${versionId}`
    },
    status: 200,
    answer: z.strictObject({ markdown: z.literal('# Words') }),
    foreign: ofPlan(`/versions/${newId()}`),
  },
  'GET /api/v1/plans/:planId/markdown': {
    path: async ({ mara }) => `/api/v1/plans/${await planOf(mara)}/markdown`,
    status: 200,
    answer: undefined,
    foreign: ofPlan('/markdown'),
  },
  'GET /api/v1/plans/:planId/state': {
    path: async ({ mara }) => `/api/v1/plans/${await planOf(mara)}/state`,
    status: 200,
    answer: undefined,
    foreign: ofPlan('/state'),
  },
  'GET /api/v1/environments': {
    status: 200,
    answer: z.strictObject({ environments: z.array(environmentShown) }),
  },
  'POST /api/v1/environments': {
    body: () => environmentBody,
    optional: environmentFields.slice(1),
    status: 201,
    answer: environmentShown,
  },
  // No machine is there that could look.
  'POST /api/v1/environments/inspect': {
    body: () => ({ repositories: [{ url: 'https://git.example.test/a.git', branch: 'main' }], host: 'nowhere' }),
    optional: ['host'],
    status: 409,
    answer: problem,
  },
  'GET /api/v1/environments/:environmentId': {
    path: async ({ mara }) => `/api/v1/environments/${await environmentOf(mara)}`,
    status: 200,
    answer: environmentShown,
    foreign: ofEnvironment(),
  },
  'PATCH /api/v1/environments/:environmentId': {
    path: async ({ mara }) => `/api/v1/environments/${await environmentOf(mara)}`,
    body: () => environmentBody,
    optional: environmentFields,
    status: 200,
    answer: environmentShown,
    foreign: ofEnvironment({ name: 'Mine' }),
  },
  'DELETE /api/v1/environments/:environmentId': {
    path: async ({ mara }) => `/api/v1/environments/${await environmentOf(mara)}`,
    status: 200,
    answer: nothing,
    foreign: ofEnvironment(),
  },
  'GET /api/v1/demo': {
    status: 200,
    answer: z.strictObject({ repository: z.strictObject({ url: z.string() }) }),
  },

  'GET /api/v1/shared/:runId/:secret': {
    access: 'open',
    as: async ({ stranger }) => stranger,
    path: shared(''),
    status: 200,
    answer: SharedView.strict(),
    foreign: ofShared(''),
  },
  'GET /api/v1/shared/:runId/:secret/chunks': {
    access: 'open',
    as: async ({ stranger }) => stranger,
    path: shared('/chunks?before=10'),
    status: 200,
    answer: SharedPage.strict(),
    foreign: ofShared('/chunks'),
  },
  'GET /api/v1/shared/:runId/:secret/blobs/:hash': {
    access: 'open',
    as: async ({ stranger }) => stranger,
    path: shared(`/blobs/${'0'.repeat(64)}`),
    status: 404,
    answer: problem,
    foreign: ofShared(`/blobs/${'0'.repeat(64)}`),
  },
  'GET /api/v1/shared/:runId/:secret/entries/:n/output': {
    access: 'open',
    as: async ({ stranger }) => stranger,
    path: shared('/entries/1/output'),
    status: 404,
    answer: problem,
    foreign: ofShared('/entries/1/output'),
  },
  // A stream does not end; who is in the team has the app for it.
  'GET /api/v1/shared/:runId/:secret/live': {
    access: 'open',
    path: shared('/live'),
    status: 403,
    answer: problem,
    foreign: ofShared('/live'),
  },
  'POST /api/v1/shared/:runId/:secret/ask': {
    access: 'open',
    as: async ({ stranger }) => stranger,
    path: shared('/ask'),
    body: () => ({ wants: 'steer' }),
    status: 200,
    answer: nothing,
    limit: 60,
    foreign: ofShared('/ask', () => ({ wants: 'view' })),
  },
  'POST /api/v1/shared/:runId/:secret/prompts': {
    access: 'open',
    as: async ({ stranger }) => stranger,
    path: shared('/prompts'),
    body: guestsPrompt,
    status: 200,
    answer: nothing,
    limit: 60,
    bound: guestBytes,
    foreign: ofShared('/prompts', guestsPrompt),
  },
  'POST /api/v1/shared/:runId/:secret/answers': {
    access: 'open',
    as: async ({ stranger }) => stranger,
    path: shared('/answers'),
    body: guestsAnswer,
    status: 404,
    answer: problem,
    limit: 60,
    foreign: ofShared('/answers', guestsAnswer),
  },
  'POST /api/v1/shared/:runId/:secret/stop': {
    access: 'open',
    as: async ({ stranger }) => stranger,
    path: shared('/stop'),
    body: guestsStop,
    status: 200,
    answer: nothing,
    limit: 60,
    foreign: ofShared('/stop', guestsStop),
  },
  'GET /api/v1/shared-plan/:planId/:secret': {
    access: 'open',
    as: async ({ stranger }) => stranger,
    path: sharedPlan(''),
    status: 200,
    answer: SharedPlanView.strict(),
    foreign: ofSharedPlan(''),
  },
  // A stream does not end; who is in the team has the app for it.
  'GET /api/v1/shared-plan/:planId/:secret/live': {
    access: 'open',
    path: sharedPlan('/live'),
    status: 403,
    answer: problem,
    foreign: ofSharedPlan('/live'),
  },
  // What the text does not name is not there.
  'GET /api/v1/shared-plan/:planId/:secret/images/:hash': {
    access: 'open',
    as: async ({ stranger }) => stranger,
    path: sharedPlan(`/images/${'0'.repeat(64)}`),
    status: 404,
    answer: problem,
    foreign: ofSharedPlan(`/images/${'0'.repeat(64)}`),
    limit: 300,
  },
  'POST /api/v1/shared-plan/:planId/:secret/comments': {
    access: 'open',
    as: async ({ stranger }) => stranger,
    headers: asGuest,
    path: sharedPlan('/comments'),
    body: guestsComment,
    optional: ['about'],
    status: 200,
    answer: nothing,
    limit: 60,
    foreign: ofSharedPlan('/comments', guestsComment),
  },
  'PUT /api/v1/shared-plan/:planId/:secret/comments/:commentId': {
    access: 'open',
    as: async ({ stranger }) => stranger,
    headers: asGuest,
    path: (stage) => sharedPlan(`/comments/${newId()}`)(stage),
    body: () => ({ text: 'Better' }),
    status: 404,
    answer: problem,
    limit: 60,
    foreign: ofSharedPlan(`/comments/${newId()}`, () => ({ text: 'Better' })),
  },
  // What is gone already is done.
  'DELETE /api/v1/shared-plan/:planId/:secret/comments/:commentId': {
    access: 'open',
    as: async ({ stranger }) => stranger,
    headers: asGuest,
    path: (stage) => sharedPlan(`/comments/${newId()}`)(stage),
    status: 200,
    answer: nothing,
    limit: 60,
    foreign: ofSharedPlan(`/comments/${newId()}`),
  },
  // The app itself; where it is not built, a sentence says what to do.
  'GET /assets/*': { access: 'open', path: () => '/assets/missing.js', status: 404, answer: undefined },
  'GET /*': { access: 'open', path: () => '/runs', status: 503, answer: undefined },
}

export const boundOf = (one: RestCase): number => one.bound ?? small
