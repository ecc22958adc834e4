import { RefreshCw } from 'lucide'
import { For, Show, createEffect, createMemo, createSignal, on, onCleanup } from 'solid-js'
import { planChangePrompt } from '#shared/domain/plan-run.ts'
import { promptLimit, type PromptMode } from '#shared/domain/prompt.ts'
import { canSteerRuns } from '#shared/domain/policies.ts'
import { hasEnded, type Run } from '#shared/domain/run.ts'
import type { PlanDocument } from '#sync/client/plans/plan-document.ts'
import { useIds } from '../../../state/platform.ts'
import { refusalText } from '../../../state/refusal-text.ts'
import { useTeamData } from '../../../state/team-data.ts'
import { useWorkspace } from '../../../state/workspace.ts'
import { Banner } from '../../../ui/banner.tsx'
import { Button } from '../../../ui/button.tsx'
import { planWords } from '../../../words/plan.ts'
import { useVersionTexts } from '../history/version-texts.ts'
import styles from './changed-banner.module.css'

/** After the last letter: whoever writes is not asked in the middle of a sentence. */
const restMs = 1_500

/** For each run that works from a version which the plan has left behind: its agent can be told what has changed. */
export function ChangedBanners(props: {
  readonly runs: readonly Run[]
  readonly document: PlanDocument
  readonly title: string
}) {
  const data = useTeamData()
  // By id: a row that changes must not take away what is being pressed.
  const working = createMemo(
    () =>
      canSteerRuns(data.me()?.role)
        ? props.runs.filter((run) => run.plan?.commit === undefined && !hasEnded(run.state)).map(({ id }) => id)
        : [],
    [],
    { equals: (a, b) => a.join() === b.join() },
  )
  return (
    <For each={working()}>
      {(id) => (
        <Show when={props.runs.find((run) => run.id === id)}>
          {(run) => <ChangedBanner run={run()} document={props.document} title={props.title} />}
        </Show>
      )}
    </For>
  )
}

function ChangedBanner(props: { readonly run: Run; readonly document: PlanDocument; readonly title: string }) {
  const workspace = useWorkspace()
  const data = useTeamData()
  const ids = useIds()
  const texts = useVersionTexts()
  const [changed, setChanged] = createSignal<{ readonly before: string; readonly now: string }>()
  const [problem, setProblem] = createSignal<string>()
  /** The text with which it was left as it is. */
  const [left, setLeft] = createSignal<string>()
  /** The version that its agent follows. */
  const followed = createMemo(() => props.run.plan?.told ?? props.run.plan, undefined, {
    equals: (a, b) => a?.versionId === b?.versionId,
  })

  let timer: ReturnType<typeof setTimeout> | undefined
  const look = async (): Promise<void> => {
    const [plan, version] = [props.run.plan, followed()]
    if (plan === undefined || version === undefined) return
    const text = await texts.get(plan.planId, version.versionId)
    if (text.kind !== 'text' || followed() !== version) return
    const [{ isSamePlan }, { markdownOf }] = await Promise.all([
      import('#sync/core/plan/changes.ts'),
      import('./plan-markdown.ts'),
    ])
    const now = markdownOf(props.document)
    setChanged(isSamePlan(text.markdown, now) ? undefined : { before: text.markdown, now })
  }
  const later = (): void => {
    clearTimeout(timer)
    // What can't be compared now is compared with the next change.
    timer = setTimeout(() => void look().catch(() => undefined), restMs)
  }
  createEffect(
    on([() => props.document, followed], ([document]) => {
      setChanged(undefined)
      later()
      document.doc.on('update', later)
      onCleanup(() => document.doc.off('update', later))
    }),
  )
  onCleanup(() => clearTimeout(timer))

  const tell = async (mode: PromptMode): Promise<void> => {
    const known = changed()
    const plan = props.run.plan
    if (known === undefined || plan === undefined) return
    setProblem(undefined)
    try {
      const { changesBetween } = await import('#sync/core/plan/changes.ts')
      const text = planChangePrompt(props.title, changesBetween(known.before, known.now))
      if (text.length > promptLimit) return void setProblem(planWords.execute.changesTooLong)
      const versionId = ids.planVersionId()
      await workspace.mutate.tellPlanChange({
        runId: props.run.id,
        promptId: ids.promptId(),
        deliveryId: ids.deliveryId(),
        text,
        mode,
        versionId,
        markdown: known.now,
      })
      setChanged(undefined)
      await texts.keep(plan.planId, versionId, known.now).catch(() => undefined)
    } catch (error) {
      setProblem(refusalText(error))
    }
  }
  const agent = () => data.harness(props.run.config.harness).name
  return (
    <Show when={changed() !== undefined && left() !== changed()?.now}>
      <Banner
        icon={RefreshCw}
        actions={
          <span class={styles.acts}>
            <Button onClick={() => void tell('interrupt')}>{planWords.execute.tellNow}</Button>
            <Button onClick={() => void tell('queue')}>{planWords.execute.tellLater}</Button>
            <Button tone="ghost" onClick={() => setLeft(changed()?.now)}>
              {planWords.execute.tellNot}
            </Button>
          </span>
        }
      >
        {planWords.execute.changed(agent(), followed()?.version ?? 0)}
        <Show when={problem()}>{(why) => <span role="alert"> {why()}</span>}</Show>
      </Banner>
    </Show>
  )
}
