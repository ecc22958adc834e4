import { z } from 'zod'
import { RunId, TeamId } from '../ids.ts'
import { Json } from '../json.ts'
import { Refusal } from '../refusal.ts'

/**
 * Spaces are what is synced as a whole: `team/<teamId>` holds a team's rows, `run/<runId>` one run's transcript.
 * Each has a version that goes up by one with every commit; every row carries the version of its last change.
 */
export type SpaceId = `team/${string}` | `run/${string}`
export const SpaceId = z
  .string()
  .regex(
    /^(team\/[A-Za-z0-9_-]{1,64}|run\/[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12})$/,
    'must be team/<id> or run/<id>',
  ) as unknown as z.ZodType<SpaceId>

export const teamSpace = (teamId: TeamId): SpaceId => `team/${teamId}`
export const runSpace = (runId: RunId): SpaceId => `run/${runId}`

export function parseSpace(space: SpaceId): { kind: 'team'; teamId: TeamId } | { kind: 'run'; runId: RunId } {
  const [kind = '', id = ''] = space.split('/')
  return kind === 'team' ? { kind, teamId: TeamId.parse(id) } : { kind: 'run', runId: RunId.parse(id) }
}

/**
 * Version of the rows' shapes. A client with another one is told to reload once its mutations are taken.
 * 2: `order` of a cookie has parts of a whole.
 */
export const schemaVersion = '2'

/**
 * Replicache's cookie. `order` is the space's version (`versionOf`), and a small part more with each page of older rows, since Replicache
 * takes rows only with a cookie that has grown. `epoch` changes when the reader's rights or the window change;
 * a cookie of another epoch, or one older than the kept tombstones, is answered with `clear` and everything.
 * `from` is the first key of a transcript's window; a pull that asks for `older` moves it back by a page. `more`: rows before this key are on the server, older runs, texts and versions of plans; each pull brings a page of them.
 */
export const SyncCookie = z.object({
  order: z.number().nonnegative(),
  epoch: z.string().max(64),
  from: z
    .string()
    .regex(/^chunk\/[0-9]{1,20}$/)
    .optional(),
  more: z.string().max(300).optional(),
})
export type SyncCookie = z.infer<typeof SyncCookie>

/** The version of the space that a device with this cookie has. */
export const versionOf = (cookie: Pick<SyncCookie, 'order'>): number => Math.floor(cookie.order)

/** What a page of older rows adds to `order`. */
export const pageStep = 2 ** -16

const replicacheId = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, 'must be an id of Replicache')

export const Mutation = z.object({
  clientID: replicacheId,
  id: z.number().int().positive(),
  name: z.string().min(1).max(80),
  args: Json,
  timestamp: z.number(),
})
export type Mutation = z.infer<typeof Mutation>

/**
 * Stands beside the arguments of a mutation and names the intent that it carries: one press of a person. The server takes an
 * intent once, whoever brings it: the page that died, the worker that sent what it left behind, or the page after it.
 */
export const IntentRef = z.object({ intentId: z.string().regex(/^[0-9a-f-]{36}$/) })

/**
 * Body of `POST /api/sync/push?space=…&user=…` (Replicache push version 1). `user` says whose intents they are: a person who
 * has signed in on the device since does not send them as their own.
 */
export const PushRequest = z.object({
  pushVersion: z.literal(1),
  profileID: z.string().max(64),
  clientGroupID: replicacheId,
  mutations: z.array(Mutation).max(5000),
  schemaVersion: z.string().max(64),
})
export type PushRequest = z.infer<typeof PushRequest>

/** Body of `POST /api/sync/pull?space=…&user=…` (Replicache pull version 1). */
export const PullRequest = z.object({
  pullVersion: z.literal(1),
  profileID: z.string().max(64),
  clientGroupID: replicacheId,
  cookie: SyncCookie.nullable(),
  schemaVersion: z.string().max(64),
  /** Of a transcript: a page of what stands before the window, too. */
  older: z.boolean().optional(),
})
export type PullRequest = z.infer<typeof PullRequest>

export const PatchOperation = z.discriminatedUnion('op', [
  z.object({ op: z.literal('put'), key: z.string().max(300), value: Json }),
  z.object({ op: z.literal('del'), key: z.string().max(300) }),
  z.object({ op: z.literal('clear') }),
])
export type PatchOperation = z.infer<typeof PatchOperation>

export const PullResponse = z.object({
  cookie: SyncCookie,
  lastMutationIDChanges: z.record(z.string(), z.number().int()),
  patch: z.array(PatchOperation),
})
export type PullResponse = z.infer<typeof PullResponse>

/** Most rows in one patch. */
export const maxPatchRows = 500

/** What a pull or push that can't be served answers, HTTP 4xx or 5xx. */
export const Problem = z.object({ error: z.string(), refusal: Refusal.optional() })
export type Problem = z.infer<typeof Problem>
