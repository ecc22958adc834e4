import type { Editor, Range } from '@tiptap/core'
import { FileCode, ListTree, NotebookText } from 'lucide'
import type { Plan } from '#shared/domain/plan.ts'
import type { Run } from '#shared/domain/run.ts'
import type { PlanId } from '#shared/ids.ts'
import type { MentionKind } from '#sync/core/plan/schema.ts'
import { fold, holdsAll, planText, runText, toWords } from '../../../../state/find.ts'
import { planWords } from '../../../../words/plan.ts'
import { titleOf } from '../../list/list-model.ts'
import type { SuggestItem } from './suggest.ts'

const most = 8

/** Plans and runs that are called so, those that changed last first; what looks like a path is one. */
export function mentionItems(
  query: string,
  known: { readonly plans: readonly Plan[]; readonly runs: readonly Run[]; readonly own: PlanId },
): readonly SuggestItem[] {
  const words = toWords(query)
  const { of } = planWords.mention
  const plans = known.plans
    .filter(
      (plan) => plan.id !== known.own && plan.archivedAt === undefined && holdsAll(titleIn(planText(plan)), words),
    )
    .toSorted((a, b) => b.updatedAt - a.updatedAt)
    .slice(0, most)
    .map((plan) => toItem('plan', plan.id, titleOf(plan)))
  const runs = known.runs
    .filter((run) => holdsAll(titleIn(runText(run)), words))
    .toSorted((a, b) => b.stateAt - a.stateAt)
    .slice(0, most - Math.min(plans.length, most / 2))
    .map((run) => toItem('run', run.id, run.title))
  const path = query.trim()
  const files = /^[\w.@~-]*\/[\w./@~-]*$/.test(path) && fold(path).length <= 200 ? [toItem('path', path, path)] : []
  return [...files, ...plans.slice(0, runs.length === 0 ? most : most / 2), ...runs].map((item) => ({
    ...item,
    group: of[item.kind],
  }))
}

/** Kept texts of search begin with the title. */
function titleIn(text: string): string {
  return text.slice(0, text.indexOf('\n'))
}

const icons = { plan: NotebookText, run: ListTree, path: FileCode } as const

function toItem(kind: keyof typeof icons, id: string, label: string): SuggestItem & { readonly kind: MentionKind } {
  return {
    key: `${kind}/${id}`,
    kind,
    icon: icons[kind],
    title: label,
    put: (editor: Editor, range: Range) =>
      void editor
        .chain()
        .focus()
        .insertContentAt(range, [
          { type: 'mention', attrs: { kind, id, label } },
          { type: 'text', text: ' ' },
        ])
        .run(),
  }
}
