import { createSignal, onCleanup, type Accessor } from 'solid-js'
import type { UserId } from '#shared/ids.ts'
import type { PlanDocument } from '#sync/client/plans/plan-document.ts'
import { Someone } from '../editor/parts/caret.ts'

/** Who has the plan open elsewhere, once however many windows they have. `me`: leaves out this person's other devices. Needs an owner. */
export function usePeopleHere(document: PlanDocument, me?: UserId): Accessor<readonly Someone[]> {
  const { awareness } = document
  const [people, setPeople] = createSignal<readonly Someone[]>([], { equals: sameNames })
  const read = (): void => {
    const byName = new Map<string, Someone>()
    for (const [client, said] of awareness.getStates()) {
      if (client === awareness.clientID) continue
      const user: unknown = said['user']
      const someone = Someone.safeParse(user).data
      if (someone !== undefined && someone.userId !== me) byName.set(someone.userId ?? `agent/${someone.name}`, someone)
    }
    setPeople([...byName.values()])
  }
  awareness.on('change', read)
  onCleanup(() => awareness.off('change', read))
  read()
  return people
}

function sameNames(a: readonly Someone[], b: readonly Someone[]): boolean {
  return (
    a.length === b.length &&
    a.every((one, index) => {
      const other = b[index]
      return one.userId === other?.userId && one.name === other?.name && one.hue === other?.hue
    })
  )
}
