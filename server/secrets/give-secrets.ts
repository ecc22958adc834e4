import { Run } from '#shared/domain/run.ts'
import { chooseSecrets, secretNamesOf } from '#shared/domain/secret-scope.ts'
import { Secret, type RunSecret, type SecretName, type TurnSecrets } from '#shared/domain/secret.ts'
import { Member } from '#shared/domain/team.ts'
import type { SecretId, TeamId, UserId } from '#shared/ids.ts'
import { teamSpace } from '#shared/protocol/sync.ts'
import { keys } from '#sync/core/keys.ts'
import { getRow, putRow } from '#sync/core/transaction.ts'
import { transact, type TransactDeps } from '#sync/server/transact.ts'
import type { Job } from '../db/job-store.ts'
import { openValue } from './key-pair.ts'
import type { SealedStore } from './sealed-store.ts'
import type { SecretKeys } from './secret-keys.ts'

export type GiveSecretsDeps = TransactDeps & {
  readonly sealed: Pick<SealedStore, 'ofTeam'>
  readonly secretKeys: Pick<SecretKeys, 'find'>
}

/** Bytes of all values that one turn gets, as JSON: they travel in one message, and a program takes 2 MB of variables at most. */
export const givenBytes = 400_000

export type GivenSecrets = { readonly secrets: readonly RunSecret[]; readonly missing: readonly SecretName[] }

/** Opens what the turn of this job is given. What is opened is returned and stands nowhere else. */
export type GiveSecrets = (job: Pick<Job, 'runId' | 'teamId' | 'turn' | 'assignment'>) => Promise<GivenSecrets>

/** Credentials of Git that a person may use (`undefined`: the team's alone), opened for something that they do themselves: which secrets a run was given has no part in it. */
export type GiveGitCredentials = (teamId: TeamId, by: UserId | undefined) => Promise<readonly RunSecret[]>

export function createGiveGitCredentials(deps: GiveSecretsDeps): GiveGitCredentials {
  return async (teamId, by) => {
    const scope = await scopeOf(deps, teamId, by)
    const chosen = chooseSecrets(undefined, scope).chosen.filter(
      ({ kind }) => kind === 'git_token' || kind === 'ssh_key',
    )
    // Of two for one host the later counts.
    const inOrder = [...chosen].toSorted((a, b) => Number(a.owner === 'person') - Number(b.owner === 'person'))
    const values = await openAll(deps, teamId, by, inOrder)
    return inOrder.flatMap(({ id, owner, name, kind }) => {
      const value = values.get(placeOf(owner, id))
      return value === undefined ? [] : [{ name, kind, value }]
    })
  }
}

/**
 * What a turn gets is settled when it is given to its runner: the team's secrets, and those of the person who began the turn.
 * Nobody's own go to a turn that no person began, and none at all to one that somebody outside of the team did.
 */
export function createGiveSecrets(deps: GiveSecretsDeps): GiveSecrets {
  return async (job) => {
    const scope = await scopeOf(deps, job.teamId, job.assignment.prompt.by)
    const names = secretNamesOf(job.assignment.config, job.assignment.environment)
    const { chosen, missing } = chooseSecrets(names, scope)
    const values = await openAll(deps, job.teamId, scope.by, chosen)
    const given: RunSecret[] = []
    const left: SecretName[] = [...missing]
    let bytes = 0
    for (const { id, owner, name, kind } of chosen) {
      const value = values.get(placeOf(owner, id))
      const size = value === undefined ? 0 : Buffer.byteLength(JSON.stringify(value))
      if (value === undefined || bytes + size > givenBytes) left.push(name)
      else {
        given.push({ name, kind, value, ...(owner === 'person' ? { own: true as const } : {}) })
        bytes += size
      }
    }
    const shown = shownOf(chosen, { given, missing: left, named: names })
    await note(deps, job, { by: scope.by, chosen, opened: values, shown })
    return { secrets: given, missing: shown.missing ?? [] }
  }
}

type Scope = { readonly by: UserId | undefined; readonly team: readonly Secret[]; readonly own: readonly Secret[] }
type JobOf = Parameters<GiveSecrets>[0]

async function scopeOf({ store }: GiveSecretsDeps, teamId: TeamId, by: UserId | undefined): Promise<Scope> {
  const space = teamSpace(teamId)
  if (by !== undefined) {
    const { rows } = await store.read(space, [keys.member(by)])
    if (!Member.safeParse(rows[0]?.value).success) return { by: undefined, team: [], own: [] }
  }
  const [team, own] = await Promise.all([
    store.scan(space, keys.secrets),
    by === undefined ? undefined : store.scan(space, keys.ownSecretsOf(by)),
  ])
  const parse = (rows: readonly { readonly value: unknown }[] = []): Secret[] =>
    rows.flatMap(({ value }) => Secret.safeParse(value).data ?? [])
  return { by, team: parse(team.rows), own: parse(own?.rows) }
}

const placeOf = (owner: Secret['owner'], id: SecretId): string => `${owner}/${id}`

async function openAll(
  { sealed, secretKeys }: GiveSecretsDeps,
  teamId: TeamId,
  by: UserId | undefined,
  chosen: readonly Secret[],
): Promise<Map<string, string>> {
  const opened = new Map<string, string>()
  for (const owner of ['team', 'person'] as const) {
    const ids = chosen.filter((one) => one.owner === owner).map(({ id }) => id)
    if (ids.length === 0) continue
    for (const one of await sealed.ofTeam(teamId, owner === 'team' ? undefined : by, ids)) {
      const key = await secretKeys.find(one.keyId)
      const value = key === undefined ? undefined : await openValue(key, one, one.sealed)
      if (value !== undefined && value !== '') opened.set(placeOf(owner, one.secretId), value)
    }
  }
  return opened
}

/** The whole team reads of the run: of its person's own secrets those alone are named that the run names itself. */
function shownOf(
  chosen: readonly Secret[],
  {
    given,
    missing,
    named,
  }: {
    readonly given: readonly RunSecret[]
    readonly missing: readonly SecretName[]
    readonly named: readonly SecretName[] | undefined
  },
): TurnSecrets {
  const isGiven = new Set(given.map(({ name }) => name))
  const unnamed = chosen.filter(({ owner, name }) => owner === 'person' && named?.includes(name) !== true)
  const hidden = new Set(unnamed.map(({ name }) => name))
  const own = unnamed.filter(({ name }) => isGiven.has(name)).length
  const shownMissing = missing.filter((name) => !hidden.has(name))
  return {
    names: given.map(({ name }) => name).filter((name) => !hidden.has(name)),
    ...(own === 0 ? {} : { own }),
    ...(shownMissing.length === 0 ? {} : { missing: shownMissing }),
  }
}

/** For people: what the turn got, in its run's row, and on each secret when it was used, or that it can't be opened. */
async function note(
  deps: TransactDeps,
  { teamId, runId, turn }: JobOf,
  what: {
    readonly by: UserId | undefined
    readonly chosen: readonly Secret[]
    readonly opened: ReadonlyMap<string, string>
    readonly shown: TurnSecrets
  },
): Promise<void> {
  const { by, chosen, opened, shown } = what
  if (chosen.length === 0 && shown.missing === undefined) return
  await transact(deps, async (tx) => {
    const rows = tx.space(teamSpace(teamId))
    for (const { id, owner } of chosen) {
      const key = owner === 'team' || by === undefined ? keys.secret(id) : keys.ownSecret(by, id)
      const row = await getRow(rows, key, Secret)
      if (row === undefined) continue
      const { unreadable: _, ...rest } = row
      const isOpen = opened.has(placeOf(owner, id))
      await putRow(rows, key, isOpen ? { ...rest, lastUsed: { runId, at: tx.now } } : { ...rest, unreadable: true })
    }
    const run = await getRow(rows, keys.run(runId), Run)
    if (run !== undefined && run.turn === turn) await putRow(rows, keys.run(runId), { ...run, secrets: shown })
    return undefined
  })
}
