import type { HarnessCommand } from '#shared/domain/harness.ts'
import { EnvironmentPaths } from '#shared/domain/workspace-paths.ts'
import { EnvironmentId } from '#shared/ids.ts'
import { keys } from '#sync/core/keys.ts'
import { getRow } from '#sync/core/transaction.ts'
import { teamBlobs } from '../../state/blobs.ts'
import { useMentions } from '../../state/mentions.ts'
import { useQuery } from '../../state/query.ts'
import { ownPlace, type NewRunForm } from './form.ts'

/** What `@` and `/` offer in the first message: files as the last run in the environment had them, commands as the agent told them last. */
export function useWriting(of: {
  readonly form: () => NewRunForm
  readonly canPlan: () => boolean
  readonly agent: () => { readonly name: string; readonly commands?: readonly HarnessCommand[] | undefined }
}) {
  const pathsKey = () => {
    const known = ownPlace(of.form()) ? undefined : EnvironmentId.safeParse(of.form().environment).data
    return known === undefined ? undefined : keys.environmentPaths(known)
  }
  const paths = useQuery(
    () => {
      const key = pathsKey()
      return async (tx) => (key === undefined ? undefined : getRow(tx, key, EnvironmentPaths))
    },
    { key: null },
  )
  return {
    mentions: useMentions({ paths: () => paths.value, blobs: teamBlobs }),
    /** The code comes with the first `/`. */
    async slash() {
      const { findSlash } = await import('../../state/slash.ts')
      const acts = {
        canPlan: of.canPlan,
        agent: () => of.agent().name,
        commands: () => of.agent().commands ?? [],
        canQueue: () => false,
        profiles: () => [],
        onProfile: undefined,
        onExport: undefined,
        onCost: undefined,
      }
      return (query: string) => findSlash(acts, query)
    },
  }
}
