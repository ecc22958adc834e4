import { createMemo, type Accessor } from 'solid-js'
import { z } from 'zod'
import { hasEnded, type Run } from '#shared/domain/run.ts'
import { Secret, SecretKey, SecretName, type SecretKind, type SecretOwner } from '#shared/domain/secret.ts'
import type { SecretId } from '#shared/ids.ts'
import { keys } from '#sync/core/keys.ts'
import { getRow } from '#sync/core/transaction.ts'
import { useQuery } from './query.ts'
import { createRows } from './rows.ts'
import { useTeamData } from './team-data.ts'
import { useWorkspace } from './workspace.ts'

/** What uses a secret, where it names it. */
export type SecretUse = { readonly kind: 'environment' | 'run'; readonly name: string }

export type Secrets = {
  readonly team: Accessor<readonly Secret[]>
  readonly own: Accessor<readonly Secret[]>
  readonly loaded: Accessor<boolean>
  /** What values are sealed to; `undefined` while this device has not been told. */
  readonly key: Accessor<SecretKey | undefined>
  readonly usesOf: (name: SecretName) => readonly SecretUse[]
  create(secret: {
    id: SecretId
    owner: SecretOwner
    name: SecretName
    kind: SecretKind
    description: string
    value: string
  }): Promise<void>
  replace(secret: Pick<Secret, 'id' | 'owner'>, value: string): Promise<void>
  describe(secret: Pick<Secret, 'id' | 'owner'>, description: string): Promise<void>
  remove(secret: Pick<Secret, 'id' | 'owner'>): Promise<void>
}

/** As far as it names secrets. */
const Environment = z.object({ name: z.string(), secrets: z.array(SecretName).optional() })

/** Secrets as this device knows them. Values are sealed here, so that all of it works without a network. */
export function useSecrets(): Secrets {
  const workspace = useWorkspace()
  const data = useTeamData()
  const team = createRows(workspace, keys.secrets, Secret)
  const own = createRows(workspace, keys.ownSecretsOf(workspace.userId), Secret)
  const environments = createRows(workspace, 'environment/', Environment)
  const key = useQuery(() => (tx) => getRow(tx, keys.secretKey, SecretKey), { key: null })
  const byName = (rows: readonly Secret[]): Secret[] => rows.toSorted((a, b) => a.name.localeCompare(b.name))

  async function seal({ id, owner }: Pick<Secret, 'id' | 'owner'>, value: string) {
    const to = key.value
    if (to === undefined) throw new Error('there is no key to seal to')
    const { sealValue } = await import('./seal/seal.ts')
    const whose = {
      teamId: workspace.teamId,
      owner: owner === 'team' ? undefined : workspace.userId,
      secretId: id,
    }
    return { keyId: to.id, sealed: await sealValue(to, whose, value) }
  }

  return {
    team: createMemo(() => byName(team.all())),
    own: createMemo(() => byName(own.all())),
    loaded: () => team.loaded() && own.loaded() && key.loaded,
    key: () => key.value,
    usesOf: (name) => [
      ...environments
        .all()
        .filter(({ secrets }) => secrets?.includes(name) === true)
        .map((one): SecretUse => ({ kind: 'environment', name: one.name })),
      ...data.runs
        .all()
        .filter((run) => !hasEnded(run.state) && isNamed(run, name))
        .map((run): SecretUse => ({ kind: 'run', name: run.title })),
    ],
    create: async ({ id, owner, value, ...rest }) =>
      workspace.mutate.createSecret({ secretId: id, owner, ...rest, ...(await seal({ id, owner }, value)) }),
    replace: async ({ id, owner }, value) =>
      workspace.mutate.replaceSecret({ secretId: id, owner, ...(await seal({ id, owner }, value)) }),
    describe: ({ id, owner }, description) => workspace.mutate.describeSecret({ secretId: id, owner, description }),
    remove: ({ id, owner }) => workspace.mutate.deleteSecret({ secretId: id, owner }),
  }
}

function isNamed(run: Run, name: SecretName): boolean {
  return run.config.secrets?.includes(name) === true || run.secrets?.names.includes(name) === true
}
