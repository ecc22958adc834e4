import { createSignal, onCleanup, type Accessor } from 'solid-js'
import type { RunId, UserId } from '#shared/ids.ts'
import type { Presence, Workspace } from '#sync/client/workspace.ts'
import type { Person } from './scene.ts'

export type Watcher = { readonly person: Person; readonly typing: boolean }

/** Who looks at this run now; says that this person does, for as long as the owner lives. */
export function createWatchers(
  workspace: Workspace,
  runId: RunId,
  person: (id: UserId) => Person | undefined,
): Accessor<readonly Watcher[]> {
  const [people, setPeople] = createSignal<readonly Presence[]>([])
  const unsubscribe = workspace.subscribePresence(runId, setPeople)
  workspace.setPresence(runId)
  onCleanup(() => {
    unsubscribe()
    workspace.setPresence(null)
  })
  return () =>
    people().flatMap((one) => {
      const known = person(one.userId)
      return known === undefined ? [] : [{ person: known, typing: one.typing }]
    })
}
