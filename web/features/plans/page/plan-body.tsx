import type { Editor } from '@tiptap/core'
import type { Node } from '@tiptap/pm/model'
import { Match, Show, Switch, createMemo, createSignal, onMount, untrack } from 'solid-js'
import { Dynamic } from 'solid-js/web'
import type { Plan } from '#shared/domain/plan.ts'
import type { PlanDocument } from '#sync/client/plans/plan-document.ts'
import { useStatus } from '../../../state/sync-status.ts'
import { Button } from '../../../ui/button.tsx'
import { SkeletonRows } from '../../../ui/skeleton.tsx'
import { planWords } from '../../../words/plan.ts'
import { editorPart } from '../editor-part.ts'
import type { Someone } from '../editor/parts/caret.ts'
import type { Reading } from '../editor/reading.ts'
import type { StepRun } from '../editor/parts/step-runs.ts'
import { TextView } from './text-view.tsx'
import type { OpenDocument } from './use-document.ts'

export type PlanBodyProps = {
  readonly plan: Plan
  readonly open: OpenDocument
  readonly me: Someone
  readonly mayEdit: boolean
  readonly phone: boolean
  readonly onGo: (href: string) => void
  readonly onPath: (path: string) => void
  readonly onEditor: (editor: Editor | undefined) => void
  readonly onReading: (reading: Reading) => void
  readonly onThread: (thread: string) => void
  readonly onComment: () => void
  /** Which runs are at which of its steps. */
  readonly stepRuns: (plan: Node) => readonly StepRun[]
}

/** The text of a plan: in the editor, or as Markdown where the editor or the whole text is not here. */
export function PlanBody(props: PlanBodyProps) {
  const status = useStatus()
  const [failed, setFailed] = createSignal(false)
  const load = (): void => {
    setFailed(false)
    editorPart.want().catch(() => setFailed(true))
  }
  onMount(load)
  const document = createMemo(() => {
    const known = props.open.document()
    return typeof known === 'string' ? undefined : known
  })
  // Once there is text it stays: an editor that is written in must not go.
  const isHere = createMemo<boolean>((before) => before || props.open.state()?.here === true, false)
  const retry = (): void => {
    load()
    if (props.open.document() === 'failed') props.open.retry()
  }
  return (
    <Switch fallback={<SkeletonRows waitsFor={planWords.coming} />}>
      <Match when={failed() || props.open.document() === 'failed'}>
        <TextView planId={props.plan.id} why={planWords.fallback.noEditor}>
          <Button onClick={retry}>{planWords.fallback.retry}</Button>
        </TextView>
      </Match>
      <Match when={document() !== undefined && !isHere() && status().connection !== 'connecting'}>
        <TextView planId={props.plan.id} why={planWords.fallback.notHere} />
      </Match>
      <Match when={isHere() && document()} keyed>
        {(known) => (
          <Show when={editorPart.here()}>
            {(loaded) => <Text {...props} document={known} code={loaded().editorCode} />}
          </Show>
        )}
      </Match>
    </Switch>
  )
}

function Text(
  props: PlanBodyProps & {
    readonly document: PlanDocument
    readonly code: typeof import('../editor/editor-code.ts').editorCode
  },
) {
  const known = untrack(() => {
    const { code, document, mayEdit } = props
    const isKnown = code.fits(document.doc)
    if (isKnown && mayEdit && props.plan.words === 0) code.beginPlan(document.doc)
    return isKnown
  })
  return (
    <Show when={known} fallback={<TextView planId={props.plan.id} why={planWords.fallback.newer} />}>
      <Dynamic
        component={props.code.EditorPane}
        plan={props.plan}
        document={props.document}
        me={props.me}
        editable={props.mayEdit}
        phone={props.phone}
        onGo={(href: string) => props.onGo(href)}
        onPath={(path: string) => props.onPath(path)}
        onEditor={(editor: Editor | undefined) => props.onEditor(editor)}
        onReading={(reading: Reading) => props.onReading(reading)}
        onThread={(thread: string) => props.onThread(thread)}
        onComment={() => props.onComment()}
        stepRuns={(plan: Node) => props.stepRuns(plan)}
      />
    </Show>
  )
}
