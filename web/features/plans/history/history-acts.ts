import type { Node } from '@tiptap/pm/model'
import { planMarkdownLimit, type PlanVersion } from '#shared/domain/plan.ts'
import type { PlanDocument } from '#sync/client/plans/plan-document.ts'
import { applyToBody } from '#sync/core/plan/apply.ts'
import { readBody } from '#sync/core/plan/body.ts'
import { parsePlan, writePlan } from '#sync/core/plan/markdown.ts'
import { nameParts } from '#sync/core/plan/names.ts'
import { useIds, usePlatform } from '../../../state/platform.ts'
import { refusalText } from '../../../state/refusal-text.ts'
import { useWorkspace } from '../../../state/workspace.ts'
import { showToast } from '../../../ui/toast.tsx'
import { historyWords } from '../../../words/plan-history.ts'
import type { VersionTexts } from './version-texts.ts'

/** What changes the history. None of it rejects: what went wrong is said. */
export type HistoryActs = {
  /** Keeps what is there now. `false`: it could not be. */
  readonly keep: (label: string) => Promise<boolean>
  /** Makes the plan what `version` was, after what is there now was kept. */
  readonly restore: (version: PlanVersion, name: string) => Promise<boolean>
  /** Makes the plan `next`, which has a part of `version` in it. */
  readonly restorePart: (version: PlanVersion, next: Node) => Promise<boolean>
}

/** `newest`: the text of the newest version need not be kept a second time. */
export function useHistoryActs(
  document: PlanDocument,
  texts: VersionTexts,
  newest: () => PlanVersion | undefined,
): HistoryActs {
  const workspace = useWorkspace()
  const ids = useIds()
  const platform = usePlatform()
  const { planId, doc } = document

  const save = async (args: {
    readonly origin: 'named' | 'restore'
    readonly markdown: string
    readonly label?: string
    readonly restoredFrom?: number
  }): Promise<void> => {
    const versionId = ids.planVersionId()
    await workspace.mutate.savePlanVersion({ planId, versionId, ...args })
    await texts.keep(planId, versionId, args.markdown)
  }
  const tried = async (act: () => Promise<unknown>): Promise<boolean> => {
    if (writePlan(readBody(doc)).length > planMarkdownLimit) {
      showToast({ text: historyWords.tooLarge })
      return false
    }
    try {
      await act()
      return true
    } catch (error) {
      showToast({ text: refusalText(error) })
      return false
    }
  }
  const keepNow = async (n: number): Promise<void> => {
    const markdown = writePlan(readBody(doc))
    const last = newest()
    const known = last === undefined ? undefined : await texts.get(planId, last.id)
    if (markdown === '' || (known?.kind === 'text' && known.markdown === markdown)) return
    await save({ origin: 'named', label: historyWords.before(n), markdown })
  }
  const become = async (version: PlanVersion, next: Node): Promise<void> => {
    await keepNow(version.n)
    applyToBody(doc, next, 'restore')
    let made = 0
    nameParts(doc, () => `${platform.now().toString(36)}${hex(platform.random(6))}${++made}`, 'restore')
    await save({ origin: 'restore', restoredFrom: version.n, markdown: writePlan(readBody(doc)) })
  }
  return {
    keep: (label) => tried(() => save({ origin: 'named', label, markdown: writePlan(readBody(doc)) })),
    async restore(version, name) {
      const text = await texts.get(planId, version.id)
      if (text.kind !== 'text') {
        showToast({ text: text.kind === 'gone' ? historyWords.gone : historyWords.notHere })
        return false
      }
      const done = await tried(() => become(version, parsePlan(text.markdown)))
      if (done) showToast({ text: historyWords.restored(name) })
      return done
    },
    async restorePart(version, next) {
      const done = await tried(() => become(version, next))
      if (done) showToast({ text: historyWords.tookBack })
      return done
    },
  }
}

function hex(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}
