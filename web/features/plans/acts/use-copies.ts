import { planMarkdownLimit, planTitleLimit, type Plan } from '#shared/domain/plan.ts'
import type { PlanId } from '#shared/ids.ts'
import { useIds } from '../../../state/platform.ts'
import { refusalText } from '../../../state/refusal-text.ts'
import { useWorkspace } from '../../../state/workspace.ts'
import { showToast } from '../../../ui/toast.tsx'
import { plansWords } from '../../../words/plans.ts'
import { uiWords } from '../../../words/ui.ts'
import { titleOf } from '../list/list-model.ts'

export type Copies = {
  /** Makes a plan of each Markdown file, on this device; what could not be read is said. The plans that were made. */
  readonly bring: (files: readonly File[], folder: string) => Promise<readonly PlanId[]>
  /** A second plan with the text that this device has; `undefined`: it has none, which is said. */
  readonly duplicate: (plan: Plan) => Promise<PlanId | undefined>
}

/** More at once are no import but a mistake. */
const mostFiles = 50

export function useCopies(): Copies {
  const workspace = useWorkspace()
  const ids = useIds()
  const bodies = () => import('./plan-bodies.ts')

  const make = async (title: string, folder: string, markdown: string): Promise<PlanId> => {
    const { fillPlan } = await bodies()
    const planId = ids.planId()
    await workspace.mutate.createPlan({ planId, title: title.slice(0, planTitleLimit), folder })
    await fillPlan(workspace, planId, markdown)
    return planId
  }
  const bringOne = async (file: File, folder: string): Promise<PlanId | undefined> => {
    if (!/\.(?:md|markdown|txt)$/i.test(file.name)) return tell(plansWords.notMarkdown(file.name))
    if (file.size > planMarkdownLimit) return tell(plansWords.tooLarge(file.name))
    const markdown = await file.text().catch(() => undefined)
    if (markdown === undefined) return tell(plansWords.unread(file.name))
    const planId = await make(file.name.replace(/\.\w+$/, '').trim(), folder, markdown)
    await workspace.mutate.savePlanVersion({ planId, versionId: ids.planVersionId(), origin: 'import', markdown })
    return planId
  }
  const tried = async <T>(act: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await act()
    } catch (error) {
      return tell(error instanceof TypeError ? uiWords.notLoaded : refusalText(error, plansWords.notMade))
    }
  }

  return {
    async bring(files, folder) {
      const made: PlanId[] = []
      for (const file of files.slice(0, mostFiles)) {
        const planId = await tried(() => bringOne(file, folder))
        if (planId !== undefined) made.push(planId)
      }
      return made
    },
    duplicate: (plan) =>
      tried(async () => {
        const { textOfPlan } = await bodies()
        const markdown = await textOfPlan(workspace, plan.id)
        if (markdown === undefined) return tell(plansWords.textNotHere)
        const title = plansWords.copyOf(titleOf(plan))
        return make(title, plan.folder, withTitle(markdown, title))
      }),
  }
}

function tell(text: string): undefined {
  showToast({ text })
}

/** The first heading says what the copy is called; without one the title comes before the text. */
function withTitle(markdown: string, title: string): string {
  return /^#{1,6} /.test(markdown)
    ? markdown.replace(/^(#{1,6}) .*/, (_line, signs: string) => `${signs} ${title}`)
    : `# ${title}\n\n${markdown}`
}
