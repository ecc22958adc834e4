import { createSignal, onCleanup, type Accessor } from 'solid-js'
import type { PlanDocument } from '#sync/client/plans/plan-document.ts'
import { Someone } from '../editor/parts/caret.ts'

/** Who else has the plan open, once however many windows they have. Needs an owner. */
export function usePeopleHere(document: PlanDocument): Accessor<readonly Someone[]> {
  const { awareness } = document
  const [people, setPeople] = createSignal<readonly Someone[]>([], { equals: sameNames })
  const read = (): void => {
    const byName = new Map<string, Someone>()
    for (const [client, said] of awareness.getStates()) {
      if (client === awareness.clientID) continue
      const user: unknown = said['user']
      const someone = Someone.safeParse(user).data
      if (someone !== undefined) byName.set(someone.userId ?? `agent/${someone.name}`, someone)
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
