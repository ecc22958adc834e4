import type { Json } from '#shared/json.ts'
import type { Effect } from '#sync/core/mutator.ts'
import type {
  Change,
  Changes,
  ClientGroup,
  Commit,
  CommitOutcome,
  Snapshot,
  SpaceStore,
} from '#sync/server/space-store.ts'
import type { Queryable } from './database.ts'
import { createGroupCommit } from './group-commit.ts'

type ChangeRow = { key: string; value: Json | null; deleted: boolean; version: number }

const emptyHead = { version: 0, epoch: 'new', prunedVersion: 0 }

/** The store of synced rows in Postgres: one statement for each call, so each is one snapshot and one round trip. */
export function createSpaceStore(db: Queryable): SpaceStore {
  return {
    async read(space, keys) {
      const [row] = await db.query<{ version: number | null; rows: [string, Json][] | null }>(
        `select (select version from space where id = $1) as version,
                (select json_agg(json_build_array(key, value)) from entry
                  where space_id = $1 and key = any($2) and deleted_at is null) as rows`,
        [space, keys],
        { name: 'space-read' },
      )
      return toSnapshot(row, keys)
    },

    async scan(space, prefix) {
      const [row] = await db.query<{ version: number | null; rows: [string, Json][] | null }>(
        `select (select version from space where id = $1) as version,
                (select json_agg(json_build_array(key, value) order by key) from entry
                  where space_id = $1 and key >= $2 and key < $3 and deleted_at is null) as rows`,
        [space, prefix, prefixEnd(prefix)],
        { name: 'space-scan' },
      )
      return toSnapshot(row, undefined)
    },

    async scanBefore({ space, prefix, before, limit }) {
      const [row] = await db.query<{ version: number | null; rows: [string, Json][] | null }>(
        `select (select version from space where id = $1) as version,
                (select json_agg(json_build_array(key, value) order by key desc) from (
                   select key, value from entry
                    where space_id = $1 and key >= $2 and key < $3 and deleted_at is null
                    order by key desc limit $4) page) as rows`,
        [space, prefix, before < prefixEnd(prefix) ? before : prefixEnd(prefix), limit],
        { name: 'space-scan-before' },
      )
      return toSnapshot(row, undefined)
    },

    commit: createGroupCommit(async (commits) => {
      const values: string[] = []
      const [only] = commits
      if (only !== undefined && commits.length === 1) {
        const rows = await db.query<{ outcome: CommitOutcome }>(
          'select drover_commit($1::jsonb, $2::text[]) as outcome',
          [takenText(JSON.stringify(toCommitJson(only, values))), values],
          { name: 'space-commit' },
        )
        return rows.map((row) => row.outcome)
      }
      const rows = await db.query<{ outcome: CommitOutcome }>(
        'select drover_commit(one, $2::text[]) as outcome from jsonb_array_elements($1::jsonb) with ordinality as all_(one, place) order by place',
        [takenText(JSON.stringify(commits.map((commit) => toCommitJson(commit, values)))), values],
        { name: 'space-commit-all' },
      )
      return rows.map((row) => row.outcome)
    }),

    async head(space) {
      const [row] = await db.query<{ version: number; epoch: string; prunedVersion: number }>(
        'select version, epoch, pruned_version as "prunedVersion" from space where id = $1',
        [space],
        { name: 'space-head' },
      )
      return row ?? emptyHead
    },

    async changesSince(query) {
      const [row] = await db.query<{
        head: HeadRow | null
        changes: ChangeRow[] | null
        ids: Record<string, number> | null
        group: ClientGroup | null
      }>(
        `select (select json_build_object('version', version, 'epoch', epoch, 'prunedVersion', pruned_version)
                   from space where id = $1) as head,
                (select json_agg(c order by c.version, c.key) from (
                   select key, value, deleted_at is not null as deleted, version from entry
                   where space_id = $1 and version > $2
                     and ($5::text is null or not starts_with(key, $5) or key >= $6)
                   order by version, key limit $4) c) as changes,
                (select json_object_agg(id, json_build_array(last_mutation_id, version)) from client
                  where group_id = $3 and version > $2) as ids,
                ${groupColumn('$3')}`,
        [
          query.space,
          query.since,
          query.clientGroup,
          query.limit + 1,
          query.window?.prefix ?? null,
          query.window?.from ?? null,
        ],
        { name: 'space-changes' },
      )
      const head = row?.head ?? emptyHead
      const changes = row?.changes ?? []
      const ids = (row?.ids ?? {}) as unknown as Record<string, [id: number, version: number]>
      const group = row?.group ?? undefined
      if (changes.length <= query.limit)
        return { ...head, group, changes: changes.map(toChange), more: false, lastMutationIds: upTo(ids, head.version) }
      const cut = await cutAtVersion(head, changes, ids, () => wholeVersion(db, query.space, changes[0]?.version ?? 0))
      return { ...cut, group }
    },

    async wholeSpace(query) {
      const [row] = await db.query<{
        head: HeadRow | null
        changes: ChangeRow[] | null
        ids: Record<string, number> | null
        from: string | null
        hasLater: boolean
        group: ClientGroup | null
      }>(
        `with win as (
           select key from entry where space_id = $1 and key >= $3 and key < $4 and deleted_at is null
           order by key desc limit $5)
         select (select json_build_object('version', version, 'epoch', epoch, 'prunedVersion', pruned_version)
                   from space where id = $1) as head,
                (select min(key) from win) as "from",
                exists (select from entry e join unnest($6::text[], $7::text[]) l (first, beyond)
                          on e.space_id = $1 and e.key >= l.first and e.key < l.beyond and e.deleted_at is null) as "hasLater",
                (select json_agg(c order by c.key) from (
                   select key, value, false as deleted, version from entry
                   where space_id = $1 and deleted_at is null
                     and (key < $3 or key >= $4 or key in (select key from win))
                     and not exists (select from unnest($6::text[], $7::text[]) l (first, beyond) where key >= l.first and key < l.beyond)
                 ) c) as changes,
                (select json_object_agg(id, last_mutation_id) from client where group_id = $2) as ids,
                ${groupColumn('$2')}`,
        [
          query.space,
          query.clientGroup,
          query.windowPrefix,
          prefixEnd(query.windowPrefix),
          query.windowSize,
          query.later,
          query.later.map(prefixEnd),
        ],
        { name: 'space-whole' },
      )
      const head = row?.head ?? emptyHead
      return {
        ...head,
        changes: (row?.changes ?? []).map(toChange),
        more: false,
        lastMutationIds: row?.ids ?? {},
        group: row?.group ?? undefined,
        windowFrom: row?.from ?? undefined,
        hasLater: row?.hasLater ?? false,
      }
    },
  }
}

/** Whose a client group is, as one more column of a snapshot. */
const groupColumn = (id: string): string =>
  `(select json_build_object('userId', user_id, 'spaceId', space_id) from client_group where id = ${id}) as "group"`

type HeadRow = { version: number; epoch: string; prunedVersion: number }

function toSnapshot(
  row: { version: number | null; rows: [string, Json][] | null } | undefined,
  keys: readonly string[] | undefined,
): Snapshot {
  const found = new Map(row?.rows ?? [])
  const wanted = keys ?? [...found.keys()]
  return { version: row?.version ?? 0, rows: wanted.map((key) => ({ key, value: found.get(key) })) }
}

function toChange(row: ChangeRow): Change {
  return { key: row.key, value: row.deleted ? undefined : row.value, version: row.version }
}

/** The least text that is greater than every text with this prefix, in the order of the "C" collation. */
function prefixEnd(prefix: string): string {
  return `${prefix.slice(0, -1)}${String.fromCharCode(prefix.charCodeAt(prefix.length - 1) + 1)}`
}

function upTo(ids: Record<string, [id: number, version: number]>, version: number): Record<string, number> {
  return Object.fromEntries(Object.entries(ids).flatMap(([client, [id, at]]) => (at <= version ? [[client, id]] : [])))
}

/** Cuts an answer that is too long after its last whole version; one version alone is never cut. */
async function cutAtVersion(
  head: HeadRow,
  changes: readonly ChangeRow[],
  ids: Record<string, [id: number, version: number]>,
  first: () => Promise<ChangeRow[]>,
): Promise<Omit<Changes, 'group'>> {
  const cut = changes.at(-1)?.version ?? 0
  const whole = changes.filter((change) => change.version < cut)
  const kept = whole.length > 0 ? whole : await first()
  const version = kept.at(-1)?.version ?? head.version
  return {
    ...head,
    version,
    changes: kept.map(toChange),
    more: version < head.version,
    lastMutationIds: upTo(ids, version),
  }
}

function wholeVersion(db: Queryable, space: string, version: number): Promise<ChangeRow[]> {
  return db.query<ChangeRow>(
    `select key, value, deleted_at is not null as deleted, version from entry
      where space_id = $1 and version = $2 order by key`,
    [space, version],
  )
}

/** The argument `p` of `drover_commit`; the values of its puts are added to `values`. What there is none of is left out. */
function toCommitJson(commit: Commit, values: string[]): object {
  const of = <T extends Effect['type']>(type: T) =>
    commit.effects.filter((effect): effect is Extract<Effect, { type: T }> => effect.type === type)
  const [space] = commit.spaces
  return {
    now: commit.now,
    client: commit.client,
    intent: commit.intent,
    job: commit.job,
    spaces: commit.spaces.toSorted(byId).map(({ space: id, at, gets, scans, puts, dels }) => ({
      id,
      at,
      gets: some(gets),
      scans: some(scans),
      puts: some(puts.map(([key, value]) => [key, values.push(takenText(JSON.stringify(value)))])),
      dels: some(dels),
    })),
    transitions: some(
      of('transition').map((one) => ({
        run: one.runId,
        event: one.event,
        from: one.from,
        to: one.to,
        reason: one.reason,
        user: commit.user,
      })),
    ),
    deliveries: some(
      of('deliver').map((one) => ({
        id: one.deliveryId,
        run: one.runId,
        space: one.space ?? space?.space,
        row: one.row,
        body: one.body,
      })),
    ),
    notices: some(of('notify').map((one) => ({ team: one.teamId, user: one.userId, row: one.row }))),
    versions: some(
      of('plan_version').map(({ teamId, planId, versionId, markdown }) => ({
        team: teamId,
        plan: planId,
        id: versionId,
        markdown,
      })),
    ),
    suggestions: some(
      of('plan_suggestion').map(({ teamId, planId, commentId }) => ({
        team: teamId,
        plan: planId,
        comment: commentId,
      })),
    ),
    secrets: some(
      of('secret_value').map(({ teamId, owner, secretId, value }) => ({
        team: teamId,
        owner: owner ?? '',
        secret: secretId,
        key: value?.keyId,
        sealed: value?.sealed,
      })),
    ),
    usage: some(
      of('usage').map(({ teamId, runId, userId, sums, ...where }) => ({
        team: teamId,
        run: runId,
        user: userId,
        day: where.day,
        harness: where.harness,
        sandbox: where.sandbox,
        model: where.model,
        input: sums.inputTokens,
        output: sums.outputTokens,
        cached: sums.cachedTokens,
        unpriced: sums.unpricedTokens,
        usd: sums.costUsd,
        work: sums.workMs,
        blocked: sums.blockedMs,
        turns: sums.turns,
      })),
    ),
    jobs: some(
      of('dispatch').map((one) => ({
        run: one.assignment.runId,
        team: one.teamId,
        turn: one.assignment.turn,
        host: one.assignment.config.host,
        harness: one.assignment.config.harness,
        sandbox: one.assignment.config.sandbox,
        assignment: one.assignment,
      })),
    ),
  }
}

const some = <T>(list: readonly T[]): readonly T[] | undefined => (list.length === 0 ? undefined : list)
const byId = (a: { space: string }, b: { space: string }): number => (a.space < b.space ? -1 : 1)

/**
 * JSON that `jsonb` takes: it refuses NUL and halves of surrogate pairs, which people can paste and agents can print. Left
 * in, one such character would hold up its device's queue, or its run, for ever.
 */
export function takenText(json: string): string {
  if (!/\\u(?:0000|d[89a-f])/i.test(json)) return json
  return json.replace(/\\(?:u([0-9a-f]{4})|.)/gi, (escape: string, hex: string | undefined) => {
    if (hex === undefined) return escape
    if (hex === '0000') return '\u2400'
    return /^d[89a-f]/i.test(hex) ? '\ufffd' : escape
  })
}
