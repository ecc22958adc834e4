import { createEffect, createSignal, onCleanup } from 'solid-js'
import { PlanText } from '#shared/domain/plan.ts'
import type { PlanId } from '#shared/ids.ts'
import { keys } from '#sync/core/keys.ts'
import { createParser } from '../../../state/rows.ts'
import { useWorkspace } from '../../../state/workspace.ts'

export type PlanTexts = {
  /** What this device has of a plan's text; follows what comes. */
  readonly get: (id: PlanId) => PlanText | undefined
}

/** The texts of all plans, read once somebody looks for words in them, since they are as large as the rest of the list together. */
export function usePlanTexts(wanted: () => boolean): PlanTexts {
  const workspace = useWorkspace()
  const parse = createParser(PlanText)
  const texts = new Map<string, PlanText>()
  const [changes, setChanges] = createSignal(0)
  let unsubscribe: (() => void) | undefined
  onCleanup(() => unsubscribe?.())
  createEffect(() => {
    if (!wanted() || unsubscribe !== undefined) return
    unsubscribe = workspace.feedRows(keys.planTexts, ({ puts, dels }) => {
      for (const key of dels) texts.delete(key)
      for (const [key, value] of puts) {
        const text = parse(value)
        if (text === undefined) texts.delete(key)
        else texts.set(key, text)
      }
      setChanges((count) => count + 1)
    })
  })
  return {
    get(id) {
      changes()
      return texts.get(keys.planText(id))
    },
  }
}
