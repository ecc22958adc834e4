import { useNavigate, useSearch } from '@tanstack/solid-router'
import { createEffect, createMemo, createSignal, on, untrack, type Accessor } from 'solid-js'
import { CommitMessage, commitRunbook, PlanCommit } from '#shared/domain/plan-commit.ts'
import { planPrompt } from '#shared/domain/plan-prompt.ts'
import { promptLimit } from '#shared/domain/prompt.ts'
import { titleLimit } from '#shared/domain/run.ts'
import type { CreateRunArgs } from '#sync/core/mutators/create-run.ts'
import { useIds } from '../../state/platform.ts'
import { NewRunSearch, choiceOf, readChoice, type PlanChoice, type ReadChoice } from '../../state/plan-choice.ts'
import { useTeamData } from '../../state/team-data.ts'
import { useWorkspace } from '../../state/workspace.ts'
import { newRunWords } from '../../words/new-run.ts'
import { planCommitWords } from '../../words/plan-commit.ts'
import type { CheckedText } from './form.ts'

/** Why a plan can't be executed now, in words. */
export class PlanTrouble extends Error {
  override readonly name = 'PlanTrouble'
}

export type ChosenForRun = {
  readonly choice: Accessor<PlanChoice | undefined>
  /** As it was when it was chosen; `undefined` while it is read. */
  readonly read: Accessor<ReadChoice | undefined>
  readonly leave: () => void
  /** What the run is started with. Of a plan: its text at this moment, which is the version that the run is pinned to. Rejects with `PlanTrouble`. */
  readonly toRun: (form: CheckedText) => Promise<Pick<CreateRunArgs, 'prompt' | 'title' | 'plan' | 'planThreads'>>
}

/** The plan that the address names for a new run. */
export function useChosenPlan(): ChosenForRun {
  const workspace = useWorkspace()
  const data = useTeamData()
  const ids = useIds()
  const navigate = useNavigate()
  const search = useSearch({ strict: false })
  const choice = createMemo(() => choiceOf(NewRunSearch.parse(search())), undefined, {
    equals: (a, b) => JSON.stringify(a) === JSON.stringify(b),
  })
  const [read, setRead] = createSignal<ReadChoice>()
  createEffect(
    on(choice, (chosen) => {
      setRead(undefined)
      if (chosen === undefined) return
      const isStill = (): boolean => untrack(choice) === chosen
      readChoice(workspace, chosen).then(
        (now) => isStill() && setRead(now),
        () => isStill() && setRead({ outcome: 'text' }),
      )
    }),
  )
  return {
    choice,
    read,
    leave: () => void navigate({ to: '/new', search: {}, replace: true }),
    async toRun(form) {
      const [chosen, titled] = [untrack(choice), form.title === undefined ? {} : { title: form.title }]
      if (chosen === undefined) return { prompt: form.prompt, ...titled }
      const now = await readChoice(workspace, chosen)
      if (now.outcome !== 'read') throw new PlanTrouble(newRunWords.plan.trouble[now.outcome])
      const { title, part, chosen: text, markdown } = now.plan
      const { planId, scope } = chosen
      if (chosen.comments) {
        const { threadsForRun } = await import('../../state/threads-for-run.ts')
        const taken = await threadsForRun(workspace, {
          planId,
          title,
          markdown,
          note: form.prompt,
          agentName: ({ by }) => (by.kind === 'agent' ? data.harness(by.harness).name : newRunWords.plan.somebody),
        })
        if (taken === undefined) throw new PlanTrouble(newRunWords.plan.noComments)
        const over = taken.prompt.length - promptLimit
        if (over > 0) throw new PlanTrouble(newRunWords.plan.commentsTooLong(over))
        return {
          prompt: taken.prompt,
          title: newRunWords.plan.commentsTitle(title).slice(0, titleLimit),
          ...titled,
          planThreads: { planId, threads: [...taken.threads] },
        }
      }
      if (chosen.commit !== undefined) {
        const { prompt, commit } = toCommit(
          { title, markdown, nonce: ids.planVersionId().replaceAll('-', '') },
          chosen.commit,
        )
        if (prompt.length > promptLimit) throw new PlanTrouble(planCommitWords.tooLong(prompt.length - promptLimit))
        return {
          prompt,
          title: planCommitWords.title(title).slice(0, titleLimit),
          ...titled,
          plan: { planId, versionId: ids.planVersionId(), scope, commit, markdown },
        }
      }
      const prompt = planPrompt({ title, part, scope: scope.kind, markdown: text, note: form.prompt })
      if (prompt.length > promptLimit) throw new PlanTrouble(newRunWords.plan.tooLong(prompt.length - promptLimit))
      const named = part === undefined ? {} : { part }
      return {
        prompt,
        title: (part === undefined ? title : `${title}: ${part}`).slice(0, titleLimit) || newRunWords.plan.label,
        ...titled,
        plan: { planId, versionId: ids.planVersionId(), scope, ...named, markdown },
      }
    },
  }
}

/** What the address says is anybody's: it is checked before it becomes a command. */
function toCommit(
  text: { readonly title: string; readonly markdown: string; readonly nonce: string },
  asked: NonNullable<PlanChoice['commit']>,
): { readonly prompt: string; readonly commit: PlanCommit } {
  const commit = PlanCommit.safeParse(asked)
  const message = CommitMessage.safeParse(asked.message)
  if (!commit.success || !message.success) throw new PlanTrouble(planCommitWords.wrong)
  if (text.markdown === '') throw new PlanTrouble(planCommitWords.empty)
  return { prompt: commitRunbook({ ...text, commit: commit.data, message: message.data }), commit: commit.data }
}
